import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { findDatabase } from '#bin/commands/local-kernel.ts'
import { createRandom } from '#ml/index.ts'
import type { ExperimentDetail, RunSummary } from '#server/training/contract.ts'
import { type Instance, startInstance } from '../harness/start-instance.ts'

const ROWS = 30_000
const WAIT_SECONDS = 120

let instance: Instance
let token: string
let model: RunSummary
/** Ids of every predicted row that was answered with 200. */
const acknowledged: string[] = []
let refused = 0

const until = async <T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> => {
  const end = performance.now() + WAIT_SECONDS * 1000
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found) return found
    if (performance.now() > end) assert.fail(`waited ${WAIT_SECONDS} s for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** Straight from the database, whose port stays; a connection each time, since it is killed too. */
async function query<T>(text: string, parameters: string[] = []): Promise<T[]> {
  const sql = postgres(await findDatabase({ FLEXIML_HOME: instance.home }), { max: 1, connect_timeout: 2 })
  try {
    return (await sql.unsafe(text, parameters)) as unknown as T[]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function fleximl(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('bin/fleximl', words, {
    env: {
      ...process.env,
      FLEXIML_HOME: instance.home,
      FLEXIML_URL: instance.url,
      FLEXIML_INFERENCE_URL: instance.inferenceUrl,
      FLEXIML_TOKEN: token,
    },
  })
  return stdout
}
const json = async <T>(...words: string[]): Promise<T> => JSON.parse(await fleximl(...words, '--json')) as T

async function predict(): Promise<void> {
  const rows = [{ a: 1, b: 2, c: acknowledged.length }]
  const answer = await fetch(`${instance.inferenceUrl}/faults/endpoints/line/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  }).catch(() => undefined)
  if (answer?.ok) acknowledged.push(...((await answer.json()) as { ids: string[] }).ids)
  else refused++
}

/** Traffic that goes on while things are killed. */
function keepAsking(): () => Promise<void> {
  let asking = true
  const done = (async () => {
    while (asking) {
      await predict()
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  return () => {
    asking = false
    return done
  }
}

const pidOf = async (kind: 'web' | 'worker' | 'serve') => {
  const [row] = await query<{ pid: number }>(
    'SELECT pid FROM processes WHERE kind = $1 ORDER BY started_at DESC LIMIT 1',
    [kind],
  )
  return row!.pid
}

const VICTIMS: Record<string, (run: string) => Promise<number>> = {
  'the training child': async run => {
    const [row] = await query<{ child_pid: number }>(
      "SELECT child_pid FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE j.subject_id = $1 AND a.state = 'running' AND child_pid IS NOT NULL",
      [run],
    )
    return row!.child_pid
  },
  'the worker': () => pidOf('worker'),
  'the inference server': () => pidOf('serve'),
  'the web process': () => pidOf('web'),
  PostgreSQL: async () =>
    Number((await readFile(join(instance.home, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]),
}

before(async () => {
  instance = await startInstance()
  token = ''
  token = (await json<{ token: string }>('token', 'create', '--project', 'faults', '--role', 'owner')).token
  const random = createRandom(5)
  const lines = Array.from({ length: ROWS }, () => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()]
    return `${a},${b},${c},${Math.sin(a) * 3 + b * b + c + random.normal()}`
  })
  const file = join(instance.home, 'line.csv')
  await writeFile(file, `a,b,c,y\n${lines.join('\n')}\n`)
  await fleximl('data', 'add', file, '--name', 'line', '--target', 'y')
  const first = await json<ExperimentDetail>(
    ...[
      'train',
      '--data',
      'line',
      '--target',
      'y',
      '--trainers',
      'linear',
      '--trials',
      '1',
      '--name',
      'first',
      '--wait',
    ],
  )
  model = (first as unknown as { runs: RunSummary[] }).runs[0]!
  assert.equal(model.status, 'succeeded')
  await fleximl('model', 'register', model.run, '--name', 'line')
  await fleximl('model', 'promote', 'line@1', '--endpoint', 'line')
})
after(() => instance?.stop())

describe('kill -9 while a run trains and has written a metric', { concurrency: false }, () => {
  for (const [victim, find] of Object.entries(VICTIMS))
    it(`${victim}: everything goes on or ends with a reason`, async () => {
      const name = `train-${victim.replace(/\W+/g, '-').toLowerCase()}`
      const launched = await json<{ runs: RunSummary[] }>(
        ...['train', '--data', 'line', '--target', 'y', '--trainers', 'mlp', '--trials', '2', '--name', name],
      )
      const stopAsking = keepAsking()
      try {
        const run = await until('a running attempt with a metric', async () => {
          const [row] = await query<{ id: string }>(
            `SELECT r.id FROM runs r JOIN jobs j ON j.id = r.job_id JOIN attempts a ON a.job_id = j.id
             WHERE r.state = 'running' AND a.state = 'running' AND a.child_pid IS NOT NULL
               AND EXISTS (SELECT 1 FROM metric_series m WHERE m.run_id = r.id AND m.count >= 1)
               AND r.id = ANY(string_to_array($1, ',')::uuid[])`,
            [launched.runs.map(r => r.run).join(',')],
          )
          return row?.id
        })
        const pid = await find(run)
        process.kill(pid, 'SIGKILL')
        const ended = await until('the end of both runs', async () => {
          const rows = await query<{ state: string; reason: string | null; model_digest: string | null }>(
            "SELECT state, reason, model_digest FROM runs WHERE id = ANY(string_to_array($1, ',')::uuid[])",
            [launched.runs.map(r => r.run).join(',')],
          )
          return rows.every(r => ['succeeded', 'failed', 'cancelled'].includes(r.state)) && rows
        })
        for (const r of ended) {
          if (r.state === 'succeeded') assert.ok(r.model_digest, 'a done run has its model')
          else assert.ok(r.reason, 'a run that is not done says why')
        }
        assert.ok(
          ended.some(r => r.state === 'succeeded'),
          JSON.stringify(ended),
        )
        await until('web to be ready', async () => (await fetch(`${instance.url}/api/ready`)).ok)
        await until('the endpoint to answer', async () => {
          const before = acknowledged.length
          await predict()
          return acknowledged.length > before
        })
      } finally {
        await stopAsking()
      }
    })

  it('the auditor: every answered prediction is in the log once, nothing is stuck, no process is left over', async () => {
    assert.ok(acknowledged.length > 100, `${acknowledged.length} answered, ${refused} not`)
    const lost = await until('the log to be complete', async () => {
      const rows = await query<{ id: string; n: number }>(
        'SELECT id, count(*)::int AS n FROM prediction_log GROUP BY id',
      )
      const counts = new Map(rows.map(r => [r.id, r.n]))
      return acknowledged.every(id => counts.has(id)) && { twice: rows.filter(r => r.n !== 1).length }
    })
    assert.equal(lost.twice, 0, 'rows that are in the log twice')
    const [open] = await query<{ jobs: number; runs: number; attempts: number; artifacts: number; done: number }>(
      `SELECT (SELECT count(*)::int FROM jobs WHERE state IN ('queued', 'running') AND lane = 'compute') AS jobs,
              (SELECT count(*)::int FROM runs WHERE state IN ('queued', 'running')) AS runs,
              (SELECT count(*)::int FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE a.state = 'running' AND j.lane = 'compute') AS attempts,
              (SELECT count(*)::int FROM links WHERE from_kind = 'run' AND relation = 'uses') AS artifacts,
              (SELECT count(*)::int FROM runs WHERE state = 'succeeded') AS done`,
    )
    assert.deepEqual([open!.jobs, open!.runs, open!.attempts], [0, 0, 0])
    assert.equal(open!.artifacts, 2 * open!.done, 'one model and the scores of its validation rows for each done run')
    if (process.platform !== 'linux') return
    const home = instance.home
    await instance.stop()
    const left: string[] = []
    for (const pid of (await readdir('/proc')).filter(n => /^\d+$/.test(n) && Number(n) !== process.pid)) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      if (environment.includes(`FLEXIML_HOME=${home}\0`)) left.push(await readFile(`/proc/${pid}/cmdline`, 'utf8'))
    }
    assert.deepEqual(left, [], 'processes that outlived the stop')
  })
})

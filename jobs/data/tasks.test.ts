import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type RunTaskOptions, runTask } from '#server/platform/tasks/run-task.ts'
import { toFailureMessage } from '#server/platform/tasks/task-failure.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import type { IngestInput } from '#tables/read/ingest-table.ts'
import { ingestTask } from './tasks.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-child-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const options = (change: Partial<RunTaskOptions> = {}): RunTaskOptions => ({
  signal: new AbortController().signal,
  progress: () => undefined,
  line: () => undefined,
  ...change,
})
async function input(content: string, change: Partial<IngestInput> = {}): Promise<IngestInput> {
  const own = await mkdtemp(join(folder, 't-'))
  await writeFile(join(own, 'file.csv'), content)
  return {
    files: [{ path: join(own, 'file.csv'), name: 'file.csv' }],
    folder: own,
    target: join(own, 'version.parquet'),
    words: 'file.csv',
    append: false,
    wishes: {},
    decisions: [],
    duckDbMb: 256,
    ...change,
  }
}
const small = 'a,b\n1,x\n2,y\n'

describe('data tasks in processes of their own', () => {
  it('answers, keeps the process warm, and carries refusals over in words', async () => {
    const pids = new Set<number>()
    const seen = options({ memory: pid => pids.add(pid) })
    assert.equal((await runTask(ingestTask, await input(small), seen)).rows, 2)
    await assert.rejects(runTask(ingestTask, await input('a,b\n1\n'), seen), {
      name: 'AppError',
      code: 'invalid',
      message: /Line 2 of file\.csv has 1 cell/,
    })
    assert.equal((await runTask(ingestTask, await input(small), seen)).rows, 2)
    assert.equal(pids.size, 1)
    assert.ok(!pids.has(process.pid))
  })

  it('takes more memory than it may: stopped, and says so', async () => {
    await assert.rejects(runTask(ingestTask, await input(small), options({ memoryMb: 16 })), {
      reasonCode: 'out_of_memory',
      message: /used \d+ MB of memory; its limit is 16 MB/,
    })
  })

  it('DuckDB that gives up within its own limit says so in words, and is not tried again as a crash', async () => {
    const path = join(folder, 'never')
    const error = await withDuckDb({ files: [path], limits: { memoryMb: 20, threads: 1 } }, db =>
      db.run('CREATE TABLE t AS SELECT hash(i)::VARCHAR AS w FROM range(20000000) t(i)'),
    ).then(
      () => assert.fail('20 million words fitted into 20 MB'),
      e => e,
    )
    assert.equal(toFailureMessage(error).reasonCode, 'out_of_memory')
    assert.equal(toFailureMessage(new Error('Parser Error: nothing')).code, undefined)
  })

  it('a process that is killed costs only its own task', async () => {
    let pid: number | undefined
    const killed = options({
      memory: seen => {
        pid = seen
      },
      progress: () => pid && process.kill(pid, 'SIGKILL'),
    })
    await assert.rejects(runTask(ingestTask, await input(small), killed), {
      reasonCode: 'process_crashed',
      message: /was ended by SIGKILL/,
    })
    assert.equal((await runTask(ingestTask, await input(small), options())).rows, 2)
  })

  it('cancelled, it ends with the reason', async () => {
    const controller = new AbortController()
    const cancelled = options({ signal: controller.signal, progress: () => controller.abort(new Error('no longer')) })
    await assert.rejects(runTask(ingestTask, await input(small), cancelled), /no longer/)
    assert.equal((await runTask(ingestTask, await input(small), options())).rows, 2)
  })

  it('reads 200 MB under a limit of 150 MB of DuckDB, within 1 GiB in all', async () => {
    const own = await mkdtemp(join(folder, 'big-'))
    const path = join(own, 'big.csv')
    await withDuckDb({ folders: [own] }, db =>
      db.run(
        `COPY (SELECT i AS id, ${Array.from({ length: 12 }, (_, k) => `hash(i * 31 + ${k}) % 1000000 / 1000.0 AS x${k}`).join(', ')}, 'word ' || hash(i) AS word FROM range(1700000) t(i)) TO '${path}' (FORMAT csv, HEADER)`,
      ),
    )
    assert.ok((await stat(path)).size > 200e6)
    let peak = 0
    const made = await runTask(
      ingestTask,
      {
        ...(await input(small)),
        files: [{ path, name: 'big.csv' }],
        folder: own,
        target: join(own, 'v.parquet'),
        duckDbMb: 150,
      },
      options({ memoryMb: 1024, memory: (_, bytes) => (peak = Math.max(peak, bytes)) }),
    )
    assert.equal(made.rows, 1_700_000)
    assert.equal(made.schema.find(c => c.name === 'word')!.type, 'id')
    assert.ok(peak > 0 && peak < 2 ** 30, `${peak}`)
  })
})

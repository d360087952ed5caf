import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { freePort } from '#db/embedded.ts'
import { createRandom } from '#ml/index.ts'
import { startPagedApi } from './harness/paged-api.ts'
import { type Instance, startInstance } from './harness/start-instance.ts'

const ROOT = join(import.meta.dirname, '..')

/** Any JSON document; each test states the fields it looks at. */
// biome-ignore lint/suspicious/noExplicitAny: what a command prints is looked at, not typed
type Document = any

interface Ran {
  status: number | null
  document: Document
  out: string
  err: string
}

let folder: string
let instance: Instance
let env: Record<string, string>
let tokens: Record<'engineer' | 'viewer' | 'stranger', string>

/** Runs bin/fleximl as a person would, from another folder. */
async function run(words: string[], extra: Record<string, string> = {}, stdin = ''): Promise<Ran> {
  const child = spawn(join(ROOT, 'bin/fleximl'), words, { cwd: folder, env: { NODE_ENV: 'test', ...env, ...extra } })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    said.err += text
  })
  child.stdin.end(stdin)
  const status = await new Promise<number | null>(resolve => child.once('close', resolve))
  let document: Document
  if (words.includes('--json')) document = JSON.parse(said.out)
  return { status, document, ...said }
}

/** With --json, as an engineer; anything but exit status 0 is shown and fails. */
async function json(...words: string[]): Promise<Document> {
  const ran = await run([...words, '--json'], { FLEXIML_TOKEN: tokens.engineer })
  assert.equal(ran.status, 0, `fleximl ${words.join(' ')}: ${ran.out}${ran.err}`)
  return ran.document
}

const hasFields = (document: Document, ...names: string[]) => {
  for (const name of names) assert.ok(name in document, `no field ${name} in ${JSON.stringify(document).slice(0, 400)}`)
}

/** Random names, so that nothing can know them; the answer depends on two of the columns. */
const random = createRandom(20_260_101)
const word = () => `c${Math.floor(random.next() * 1e9).toString(36)}`
const [strength, place, noise, target, when] = [word(), word(), word(), word(), word()]
const PLACES = ['north', 'south, west', 'the "old" town']

interface Example {
  cells: Record<string, string>
  truth: number
}

function examples(count: number, from: number): Example[] {
  return Array.from({ length: count }, (_, i) => {
    const x = random.next() * 10
    const p = Math.floor(random.next() * 3)
    const truth = 5 + 3 * x + p * 7 + random.next()
    return {
      truth,
      cells: {
        [strength]: x.toFixed(4),
        [place]: PLACES[p]!,
        [noise]: random.next().toFixed(4),
        [when]: new Date(from + i * 3_600_000).toISOString(),
        [target]: truth.toFixed(4),
      },
    }
  })
}

const csv = (rows: Record<string, string>[]) => {
  const columns = Object.keys(rows[0]!)
  const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
  return `${[columns, ...rows.map(r => columns.map(c => r[c]!))].map(cells => cells.map(quoted).join(',')).join('\n')}\n`
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-cli-'))
  instance = await startInstance({ FLEXIML_PRIVATE_NETWORKS: '127.0.0.0/8' })
  env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    FLEXIML_HOME: instance.home,
    PORT: new URL(instance.url).port,
    INFERENCE_PORT: new URL(instance.inferenceUrl).port,
  }
  const mint = async (project: string, role: string): Promise<string> => {
    const { status, document } = await run(['token', 'create', '--project', project, '--role', role, '--json'])
    assert.equal(status, 0)
    hasFields(document, 'token', 'project', 'role', 'expiresAt')
    assert.deepEqual([document.project, document.role], [project, role])
    return document.token
  }
  tokens = {
    engineer: await mint('walk', 'engineer'),
    viewer: await mint('walk', 'viewer'),
    stranger: await mint('elsewhere', 'owner'),
  }
})
after(async () => {
  await instance?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('a model’s life by the command line', () => {
  const learnt = examples(900, Date.parse('2025-01-01T00:00Z'))
  const asked = examples(400, Date.parse('2026-03-01T00:00Z'))
  const runs: string[] = []
  let ids: string[]

  it('data: a file becomes a version, the same bytes do not', async () => {
    const path = join(folder, 'learn.csv')
    await writeFile(path, csv(learnt.map(e => e.cells)))
    const add = ['data', 'add', path, '--name', 'facts', '--target', target, '--time', when]
    const added = await json(...add)
    hasFields(added, 'dataset', 'version', 'rows', 'columns', 'digest', 'created', 'warnings')
    assert.deepEqual(
      [added.dataset, added.version, added.rows, added.columns, added.created],
      ['facts', 1, 900, 5, true],
    )
    const again = await json(...add)
    assert.deepEqual([again.version, again.created, again.digest], [1, false, added.digest])

    const shown = await json('data', 'show', 'facts@1')
    const roles = new Map(shown.schema.map((c: Document) => [c.name, c.role]))
    assert.deepEqual([roles.get(target), roles.get(when), roles.get(place)], ['target', 'time', 'feature'])
    for (const column of shown.schema) hasFields(column, 'name', 'type', 'role', 'missing', 'distinct')
    const listed = await json('data', 'ls')
    assert.deepEqual([listed.items.length, listed.next], [1, null])

    const parquet = join(folder, 'got.parquet')
    assert.equal((await json('data', 'get', 'facts', '--to', parquet)).digest, added.digest)
    const table = join(folder, 'got.csv')
    await json('data', 'get', 'facts@1', '--to', table)
    assert.equal((await readFile(table, 'utf8')).trim().split('\n').length, 901)

    await writeFile(join(folder, 'steps.json'), JSON.stringify([{ step: 'clip', columns: [strength] }]))
    const saved = await json('recipe', 'save', join(folder, 'steps.json'), '--name', 'calm')
    assert.deepEqual(saved, { recipe: 'calm', version: 1, created: true })
    assert.equal((await json('recipe', 'show', 'calm')).words.length, 1)
    assert.equal((await json('recipe', 'ls')).items[0].recipe, 'calm')

    const profile = await json('data', 'profile', 'facts')
    assert.deepEqual([profile.rows, profile.duplicateRows], [900, 0])
    const column = profile.columns.find((c: Document) => c.name === strength)
    hasFields(
      column,
      'type',
      'count',
      'missing',
      'distinct',
      'distinctExact',
      'min',
      'max',
      'mean',
      'sd',
      'top',
      'warnings',
    )
    hasFields(column.quantiles, '0.05', '0.5', '0.95')
  })

  it('train: runs end, the best is named, two compare', async () => {
    const trained = await json(
      ...[
        'train',
        '--data',
        'facts@1',
        '--target',
        target,
        '--trainers',
        'baseline,linear',
        '--name',
        'first',
        '--wait',
      ],
    )
    hasFields(trained, 'experiment', 'status', 'metric', 'runs', 'best')
    assert.deepEqual([trained.experiment, trained.status, trained.best.trainer], ['first', 'succeeded', 'linear'])
    runs.push(trained.best.run, trained.runs.find((r: Document) => r.trainer === 'baseline').run)

    const shown = await json('runs', 'show', runs[0]!)
    hasFields(
      shown,
      'run',
      'name',
      'status',
      'reason',
      'trainer',
      'params',
      'metrics',
      'seed',
      'digest',
      'startedAt',
      'endedAt',
    )
    assert.match(shown.run, /^[0-9a-f]{32}$/)
    assert.equal(shown.metrics[trained.metric], trained.best.value)
    const listed = await json('runs', 'ls', 'first', '--filter', 'trainer=linear', '--order-by', trained.metric)
    assert.equal(listed.items[0].run, runs[0])
    assert.ok(listed.items.every((r: Document) => r.trainer === 'linear'))
    const compared = await json('runs', 'compare', ...runs)
    assert.equal(compared.runs.length, 2)
    for (const values of Object.values(compared.metrics)) assert.equal((values as unknown[]).length, 2)
    const [none, pair] = compared.paired
    assert.equal(none, null)
    assert.equal(pair.code, null)
    hasFields(pair.metrics[0], 'name', 'reference', 'value', 'difference', 'differenceLow', 'differenceHigh', 'verdict')

    const ended = await run(['runs', 'cancel', runs[0]!, '--json'], { FLEXIML_TOKEN: tokens.engineer })
    assert.deepEqual([ended.status, ended.document.error.code], [1, 'conflict'])
  })

  it('register and promote: the endpoint answers with the version', async () => {
    const registered = await json('model', 'register', runs[0]!, '--name', 'oracle')
    hasFields(registered, 'model', 'version', 'run', 'digest')
    assert.deepEqual([registered.model, registered.version, registered.run], ['oracle', 1, runs[0]])
    const promoted = await json(
      'model',
      'promote',
      'oracle@1',
      '--endpoint',
      'ask',
      '--time',
      when,
      '--reason',
      'first',
    )
    hasFields(promoted, 'endpoint', 'model', 'version', 'previous', 'revision', 'switchedInMs')
    assert.deepEqual([promoted.version, promoted.previous], [1, null])
    const shown = await json('model', 'show', 'oracle')
    assert.deepEqual([shown.aliases.champion, shown.versions[0].version], [1, 1])
    hasFields(shown.versions[0], 'version', 'digest', 'aliases', 'state')
    assert.equal((await json('model', 'ls')).items[0].champion, 1)
  })

  it('predict: CSV, JSON and NDJSON give the same answers, which are right', async () => {
    const path = join(folder, 'ask.csv')
    const without = asked.map(({ cells }) => {
      const { [target]: _, ...rest } = cells
      return rest as Record<string, string>
    })
    await writeFile(path, csv(without))
    const answer = await json('predict', 'ask', path, '--time', when)
    hasFields(answer, 'predictions', 'ids', 'model', 'version', 'requestId')
    assert.deepEqual([answer.predictions.length, answer.ids.length, answer.version], [400, 400, 1])
    ids = answer.ids
    for (const [i, p] of answer.predictions.entries())
      assert.ok(Math.abs(p - asked[i]!.truth) < 3, `row ${i}: ${p} for ${asked[i]!.truth}`)

    const objects = without.map(r => ({ ...r, [strength]: Number(r[strength]), [noise]: Number(r[noise]) }))
    for (const text of [JSON.stringify(objects), objects.map(o => JSON.stringify(o)).join('\n')]) {
      const ran = await run(['predict', 'ask', '-', '--json'], { FLEXIML_TOKEN: tokens.viewer }, text)
      assert.deepEqual([ran.status, ran.document.predictions], [0, answer.predictions])
    }
  })

  it('predict: a cell that does not fit is named by row and column', async () => {
    const text = `${csv([asked[0]!.cells, { ...asked[1]!.cells, [strength]: 'strong' }])}`
    const as = { FLEXIML_TOKEN: tokens.engineer }
    const { status, document } = await run(['predict', 'ask', '-', '--json'], as, text)
    assert.equal(status, 0)
    assert.deepEqual([document.predictions[1], document.errors[0].row, document.errors[0].column], [null, 1, strength])
    await json('endpoint', 'policy', 'ask', 'strict')
    let strict = await run(['predict', 'ask', '-', '--json'], as, text)
    for (const until = Date.now() + 10_000; strict.status === 0 && Date.now() < until; )
      strict = await run(['predict', 'ask', '-', '--json'], as, text)
    assert.deepEqual([strict.status, strict.document.error.code], [1, 'invalid'])
    assert.deepEqual([strict.document.error.details[0].row, strict.document.error.details[0].column], [1, strength])
    const back = await json('endpoint', 'policy', 'ask', 'lenient')
    assert.deepEqual([back.policy, back.previous], ['lenient', 'strict'])
    assert.ok((await json('endpoint', 'policy', 'ask')).refused >= 1)
  })

  it('feedback: each prediction is told once', async () => {
    const path = join(folder, 'truth.csv')
    const rows = ids.map((id, i) => ({ id, actual: asked[i]!.truth.toFixed(4) }))
    await writeFile(path, csv([...rows, { id: 'nobody-knows-me', actual: '1' }]))
    assert.deepEqual(await json('feedback', 'ask', path), {
      accepted: 400,
      duplicates: 0,
      unknown: ['nobody-knows-me'],
      rejected: 0,
      errors: [],
    })
    assert.equal((await json('feedback', 'ask', path)).duplicates, 400)
  })

  it('monitor: a check sees what was sent, by month of event time', async () => {
    const checked = await json('monitor', 'check', 'ask')
    hasFields(checked, 'endpoint', 'verdict', 'sentence', 'columns', 'performance')
    assert.ok(['ok', 'warn', 'alert'].includes(checked.verdict))
    for (const column of checked.columns) hasFields(column, 'name', 'test', 'statistic', 'threshold', 'drifted')
    const [window] = checked.performance
    hasFields(window, 'window', 'metric', 'value', 'baseline', 'rows')
    assert.deepEqual([window.window, window.rows], ['2026-03', 400])
    assert.equal((await json('monitor', 'status', 'ask')).sentence, checked.sentence)
  })

  it('a second version, promotion, rollback, and the history of it', async () => {
    const registered = await json('model', 'register', runs[1]!, '--name', 'oracle')
    assert.equal(registered.version, 2)
    const judged = await json('model', 'compare', 'oracle@1', 'oracle@2')
    assert.deepEqual([judged.state, judged.code], ['compared', null])
    hasFields(judged.metrics[0], 'name', 'value', 'difference', 'differenceLow', 'differenceHigh', 'verdict')
    const promoted = await json('model', 'promote', 'oracle@2', '--endpoint', 'ask', '--reason', 'try')
    assert.deepEqual([promoted.version, promoted.previous], [2, 1])
    const between = (await json('model', 'history', 'ask')).items[0].at
    const back = await json('model', 'rollback', 'ask', '--reason', 'worse')
    hasFields(back, 'endpoint', 'model', 'version', 'previous', 'revision', 'switchedInMs')
    assert.deepEqual([back.version, back.previous, back.revision], [1, 2, 3])
    const { items } = await json('model', 'history', 'ask')
    assert.deepEqual(
      items.map((i: Document) => [i.action, i.version, i.reason, i.revision]),
      [
        ['rollback', 1, 'worse', 3],
        ['promote', 2, 'try', 2],
        ['promote', 1, 'first', 1],
      ],
    )
    hasFields(items[0], 'at', 'actor')
    const then = await json('model', 'history', 'ask', '--at', between)
    assert.deepEqual([then.model, then.version, then.revision], ['oracle', 2, 2])
  })

  it('login keeps the token for this account only', async () => {
    const url = `http://127.0.0.1:${env.PORT}`
    const { status } = await run(['login', '--url', url], {}, `${tokens.viewer}\n`)
    assert.equal(status, 0)
    const file = join(folder, '.config', 'fleximl', 'login.json')
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.match(await readFile(file, 'utf8'), /flx_/)
    const listed = await run(['data', 'ls'])
    assert.deepEqual([listed.status, listed.out.split('\n')[1]!.split(/\s+/)[0]], [0, 'facts'])
    await rm(file)
  })

  it('the doctor finds the running instance well', async () => {
    const { document } = await run(['doctor', '--json'])
    const bad = document.checks.filter((c: Document) => !c.ok && c.name !== 'disk')
    assert.deepEqual(bad, [])
  })
})

describe('exit statuses', () => {
  const error = async (status: number, words: string[], extra: Record<string, string>) => {
    const ran = await run([...words, '--json'], extra)
    assert.equal(ran.status, status, ran.out)
    hasFields(ran.document.error, 'code', 'message')
    return ran.document.error
  }
  const as = (who: keyof typeof tokens) => ({ FLEXIML_TOKEN: tokens[who] })

  it('2 for bad usage', async () => {
    await error(2, ['data', 'add'], as('engineer'))
    await error(2, ['data', 'get', 'facts', '--to', join(folder, 'got.docx')], as('engineer'))
    await error(2, ['data', 'add', join(folder, 'ask.csv'), '--name', '../up'], as('engineer'))
    await error(2, ['runs', 'shoe'], as('engineer'))
  })

  it('3 for a role that may not, a bad token, and none', async () => {
    const { code } = await error(3, ['model', 'promote', 'oracle@1', '--endpoint', 'ask'], as('viewer'))
    assert.equal(code, 'forbidden')
    await error(3, ['train', '--data', 'facts', '--target', target], as('viewer'))
    await error(3, ['feedback', 'ask', join(folder, 'truth.csv')], as('viewer'))
    assert.equal((await error(3, ['data', 'ls'], { FLEXIML_TOKEN: 'flx_wrong' })).code, 'unauthenticated')
    await error(3, ['data', 'ls'], {})
  })

  it('1 and “not found” for what is another project’s', async () => {
    for (const words of [
      ['data', 'show', 'facts'],
      ['runs', 'ls', 'first'],
      ['model', 'show', 'oracle'],
      ['model', 'history', 'ask'],
      ['predict', 'ask', join(folder, 'ask.csv')],
      ['monitor', 'status', 'ask'],
    ])
      assert.equal((await error(1, words, as('stranger'))).code, 'not_found')
    const { document } = await run(['data', 'ls', '--json'], as('stranger'))
    assert.deepEqual(document.items, [])
  })

  it('4 when the server cannot be reached', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    assert.equal((await error(4, ['data', 'ls'], { ...as('engineer'), FLEXIML_URL: url })).code, 'unavailable')
    const none = { FLEXIML_HOME: join(folder, 'nothing-here') }
    assert.equal((await error(4, ['token', 'create', '--project', 'p', '--role', 'viewer'], none)).code, 'unavailable')
  })
})

describe('data that one can trust, by the command line', () => {
  it('an API by its pages, its secret kept, read again', async () => {
    const api = await startPagedApi(90)
    try {
      const words = [
        'data',
        'add',
        api.url,
        '--name',
        'orders',
        '--header',
        `Authorization: ${api.key}`,
        '--pages',
        'cursor',
      ]
      const added = await json(...words)
      assert.deepEqual([added.dataset, added.version, added.rows, added.created], ['orders', 1, 90, true])
      assert.deepEqual((await json('data', 'refresh', 'orders')).created, false)
      api.grow(100)
      const again = await json('data', 'refresh', 'orders')
      assert.deepEqual([again.version, again.rows, again.created], [2, 100, true])
      assert.ok(!JSON.stringify(await json('data', 'show', 'orders')).includes(api.key))
    } finally {
      await api.close()
    }
  })

  it('two versions compared; SQL over one; what gives the target away', async () => {
    const diff = await json('data', 'diff', 'orders@1', 'orders@2', '--key', 'order')
    assert.deepEqual([diff.rows.added, diff.rows.removed, diff.rows.changed], [10, 0, 0])
    hasFields(diff.columns[0], 'name', 'test', 'statistic', 'threshold', 'drifted')
    const answer = await json('data', 'sql', 'orders', 'SELECT count(*) AS n FROM data')
    assert.deepEqual([answer.columns, answer.rows, answer.truncated], [['n'], [[100]], false])
    const wrong = await run(['data', 'sql', 'orders', 'SELECT nothing FROM data', '--json'], {
      FLEXIML_TOKEN: tokens.engineer,
    })
    assert.deepEqual([wrong.status, typeof wrong.document.error.message], [1, 'string'])

    const told = examples(300, Date.parse('2025-01-01T00:00Z')).map(e => ({
      ...e.cells,
      twin: String(Number(e.cells[target]) * 2),
    }))
    await writeFile(join(folder, 'told.csv'), csv(told))
    await json('data', 'add', join(folder, 'told.csv'), '--name', 'told')
    const { findings } = await json('data', 'leaks', 'told', '--target', target)
    const twin = findings.find((f: Document) => f.column === 'twin')
    hasFields(twin, 'column', 'kind', 'severity', 'evidence')
    assert.equal(twin.severity, 'block')
  })

  it('expectations: suggested, applied, held by the version they came from, failed by a worse one', async () => {
    const suggested = await json('data', 'expect', 'orders', '--suggest', '--apply')
    assert.ok(suggested.expectations.length > 2)
    for (const e of suggested.expectations) hasFields(e, 'id', 'type', 'column', 'parameters', 'severity', 'reason')
    assert.equal((await json('data', 'validate', 'orders')).verdict, 'pass')
    await writeFile(join(folder, 'worse.csv'), 'order,amount,place.city\no-1,-9000,\no-1,-9000,\n')
    await json('data', 'add', join(folder, 'worse.csv'), '--name', 'orders')
    const failed = await run(['data', 'validate', 'orders', '--json'], { FLEXIML_TOKEN: tokens.engineer })
    assert.notEqual(failed.document.verdict, 'pass')
    assert.equal(failed.status, failed.document.verdict === 'fail' ? 1 : 0)
    const culprit = failed.document.results.find((r: Document) => !r.passed)
    hasFields(culprit, 'expectation', 'column', 'severity', 'observed', 'limit', 'failingRows')
  })
})

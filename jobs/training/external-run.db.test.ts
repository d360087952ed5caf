import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { eq } from 'drizzle-orm'
import { auditLog } from '#db/schema/index.ts'
import { loadPredictor } from '#ml/index.ts'
import '#ml/onnx.ts'
import type { Caller } from '#server/access/caller.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { registerVersion } from '#server/registry/index.ts'
import { launchInput } from '#server/training/contract.ts'
import { cancelRun, launchExperiment, readCurves, readRunLog } from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'
import { bikes, ended, isAlive, until } from './testing.ts'

/** By bench/golden/make-onnx.py: learnt y = 3 · x1 − x2. */
const { cases } = JSON.parse(readFileSync(new URL('../../bench/golden/onnx.json', import.meta.url), 'utf8')) as {
  cases: { name: string; file: string }[]
}
const model = cases.find(each => each.name === 'gradient boosting')!.file
const leave = `echo ${model} | base64 -d > "$FLEXIML_OUTPUT/model.onnx"`

const python = process.env.FLEXIML_TEST_PYTHON ?? 'python3'
function missingPython(): string | false {
  try {
    const another = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    execFileSync(python, ['-c', 'import sklearn, skl2onnx, pandas, pyarrow'], { stdio: 'ignore', ...another })
    return false
  } catch {
    return `${python} has no scikit-learn, skl2onnx, pandas and pyarrow for another user (FLEXIML_TEST_PYTHON names one that has)`
  }
}

let kernel: TestKernel
let owner: Caller
let loop: WorkerLoop
before(async () => {
  kernel = await testKernel({
    FLEXIML_ALLOW_COMMANDS: 'on',
    NEXTAUTH_SECRET: 'a-secret-of-the-instance-that-nobody-may-see',
  })
  kernel.log.level = 'fatal'
  owner = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'owner' }
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  const rows = Array.from({ length: 200 }, (_, i) => {
    const [a, b, c] = [Math.sin(i * 1.7) * 1.5, Math.cos(i * 2.3) * 1.5, Math.sin(i * 0.9)]
    return [a, b, c, 3 * a - b].join(',')
  })
  await addData(kernel, owner, 'sums', ['x1,x2,x3,y', ...rows].join('\n'), { target: 'y' })
  await addData(kernel, owner, 'bikes', await bikes(600), { target: 'cnt' })
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

const launch = (line: string, more: object = {}, caller = owner) =>
  launchExperiment(
    kernel,
    caller,
    launchInput.parse({ data: 'sums', target: 'y', name: `e-${newId().slice(-8)}`, command: { line, ...more } }),
  )
async function run(line: string, more: object = {}) {
  const { items } = await launch(line, more)
  return ended(kernel, owner, items[0]!.id)
}
const logOf = async (id: string) => (await readRunLog(kernel, owner, id, 0)).lines.map(line => line.text).join('\n')

describe('a command that learns', () => {
  it('finds data and parameters, and leaves a model that is measured, registered and predicts', async () => {
    const done = await run(
      [
        leave,
        `echo '{"step":2,"loss":0.25}' >> "$FLEXIML_METRICS"`,
        `echo '{"r2":0.93,"words":"x"}' > "$FLEXIML_OUTPUT/metrics.json"`,
        'head -c 4 "$FLEXIML_TRAIN" "$FLEXIML_VALIDATION"',
        'cat "$FLEXIML_PARAMETERS"',
      ].join(' && '),
      { parameters: { depth: 3 } },
    )
    assert.deepEqual([done.status, done.reason], ['succeeded', null])
    assert.ok(done.metrics.r2! > 0.4, `R² ${done.metrics.r2}`)
    assert.deepEqual([done.rowsTrain, done.rowsValidation], [160, 40])
    assert.deepEqual(done.params, { command: done.params.command, depth: 3, minutes: 60 })
    assert.match(done.notes.join(' '), /The command itself measured r2 0.93\./)
    const { items } = await readCurves(kernel, owner, { runs: [done.run], points: 10 })
    assert.deepEqual(items.find(each => each.key === 'loss')?.points, [{ step: 2, value: 0.25 }])
    const log = await logOf(done.run)
    assert.match(log, /PAR1/)
    assert.match(log, /"depth": 3/)
    const predictor = loadPredictor(await kernel.blobs.readAll(done.digest!))
    assert.equal(predictor.bundle.trainer, 'onnx')
    const one = predictor.predictOne({ x1: 1, x2: -1, x3: 0 })
    assert.ok(one.ok && (one.prediction as number) > 1)
    assert.equal((await registerVersion(kernel, owner, { run: done.id, name: 'sums' })).version, 1)
    const audited = await kernel.db.select().from(auditLog).where(eq(auditLog.action, 'training.run-command'))
    assert.equal((audited[0]!.details as { depth: number }).depth, 3)
  })

  it('knows nothing of the instance, and is another user where the worker is root', async () => {
    const done = await run(`env && echo "user $(id -u)" && ls -a / > /dev/null; ${leave}`)
    const log = await logOf(done.run)
    assert.equal(done.status, 'succeeded', `${done.reason}`)
    assert.doesNotMatch(log, /DATABASE_URL|NEXTAUTH|a-secret-of|FLEXIML_HOME|postgres:/)
    const names = [...log.matchAll(/^([A-Z_]+)=/gm)].map(match => match[1]!)
    const allowed =
      /^(FLEXIML_(TRAIN|VALIDATION|PARAMETERS|OUTPUT|METRICS)|PATH|LANG|LC_ALL|TZ|HOME|TMPDIR|NODE_ENV|PWD|OLDPWD|SHLVL|_)$/
    assert.deepEqual(
      names.filter(name => !allowed.test(name)),
      [],
    )
    if (process.getuid?.() === 0) assert.doesNotMatch(log, /user 0$/m)
  })

  it('that fails, is late, leaves nothing or a link fails the run in words', async () => {
    const failed = await run('echo "no such column" >&2; exit 3')
    assert.deepEqual([failed.status, failed.reasonCode], ['failed', 'command'])
    assert.match(failed.reason!, /ended with status 3\. Its last output: no such column/)
    const late = await run(`(setsid sleep 300 &) ; sleep 300; ${leave}`, { minutes: 0.02 })
    assert.match(late.reason!, /took longer than its 0.02 minutes/)
    assert.match((await run('true')).reason!, /without a model/)
    assert.match((await run('ln -s /etc/hostname "$FLEXIML_OUTPUT/model.onnx"')).reason!, /without a model/)
    assert.match((await run('rmdir "$FLEXIML_OUTPUT" && ln -s /etc "$FLEXIML_OUTPUT"')).reason!, /without a model/)
    assert.match((await run('echo hello > "$FLEXIML_OUTPUT/model.onnx"')).reason!, /no ONNX file/)
  })

  it('is for owners alone, and only where the instance allows it', async () => {
    await assert.rejects(launch('true', {}, { ...owner, role: 'approver' }), { code: 'forbidden' })
    const closed = Object.assign(Object.create(kernel) as TestKernel, {
      env: { ...kernel.env, FLEXIML_ALLOW_COMMANDS: 'off' as const },
    })
    const input = launchInput.parse({ data: 'sums', target: 'y', command: { line: 'true' } })
    await assert.rejects(launchExperiment(closed, owner, input), /not allowed on this instance/)
    await assert.rejects(
      launchExperiment(kernel, owner, { ...input, trainers: ['linear'] }),
      /cannot be combined with a command/,
    )
  })

  it('ends with everything it started when the run is cancelled', async () => {
    const { items } = await launch('echo "began $$"; (sleep 400; true) & sleep 400')
    const id = items[0]!.id
    const pid = await until(async () => /began (\d+)/.exec(await logOf(id))?.[1], 'the command')
    await cancelRun(kernel, owner, id)
    assert.equal((await ended(kernel, owner, id)).status, 'cancelled')
    await until(async () => !(await isAlive(Number(pid))), 'the end of the command')
  })

  it('in Python with scikit-learn: docs/examples/train_sklearn.py', { skip: missingPython() }, async () => {
    const script = readFileSync(new URL('../../docs/examples/train_sklearn.py', import.meta.url)).toString('base64')
    const made = `echo ${script} | base64 -d > train.py && ${python} train.py`
    const input = launchInput.parse({
      data: 'bikes',
      target: 'cnt',
      ignore: ['casual', 'registered'],
      command: { line: made, parameters: { trees: 20 } },
    })
    const { items } = await launchExperiment(kernel, owner, input)
    const done = await ended(kernel, owner, items[0]!.id)
    assert.equal(done.status, 'succeeded', `${done.reason}`)
    assert.ok(done.metrics.r2! > 0, `R² ${done.metrics.r2}`)
    assert.match(await logOf(done.run), /score of folds/)
  })
})

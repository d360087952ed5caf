import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { MAX_LINE_LENGTH, RotatingLog } from './rotating-log.ts'
import { Supervisor } from './supervisor.ts'

const folder = mkdtempSync(join(tmpdir(), 'fleximl-logs-'))
after(() => rmSync(folder, { recursive: true }))
const text = (name: string) => readFileSync(join(folder, name), 'utf8')

it('a log that is written to without end stays below twice its limit, and its last lines are there', () => {
  const log = new RotatingLog(join(folder, 'a.log'), 10_000)
  for (let i = 0; i < 5000; i++) log.write(`line ${i}`)
  log.end()
  assert.deepEqual(readdirSync(folder).sort(), ['a.log', 'a.log.1'])
  for (const name of ['a.log', 'a.log.1']) assert.ok(statSync(join(folder, name)).size <= 10_000, name)
  assert.ok(text('a.log').endsWith('line 4999\n'))
  const [first] = text('a.log').split('\n')
  assert.equal(text('a.log.1').trimEnd().split('\n').at(-1), `line ${Number(first!.slice(5)) - 1}`)
})

it('a long line is cut', () => {
  const log = new RotatingLog(join(folder, 'b.log'), 1_000_000)
  log.write(`short\n${'x'.repeat(60_000)}\nlast\n`)
  log.end()
  const [short, long, last] = text('b.log').split('\n')
  assert.deepEqual([short, last], ['short', 'last'])
  assert.equal(long, `${'x'.repeat(MAX_LINE_LENGTH)} … ${60_000 - MAX_LINE_LENGTH} more characters`)
})

it('the supervisor limits the log of each process, and keeps the one of the last start', async () => {
  writeFileSync(join(folder, 'web.log'), 'the last start\n')
  const supervisor = new Supervisor(folder, () => undefined, 10_000)
  supervisor.write('web', 'first')
  assert.equal(text('web.log.1'), 'the last start\n')
  for (let i = 0; i < 2000; i++) supervisor.write('web', `line ${i}`)
  await supervisor.stop()
  assert.ok(statSync(join(folder, 'web.log')).size + statSync(join(folder, 'web.log.1')).size <= 20_000)
})

import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BenchFile, type RowReport, runRow } from './harness.ts'

const { values, positionals } = parseArgs({
  args: process.argv.slice(3),
  allowPositionals: true,
  options: { json: { type: 'string' }, peers: { type: 'boolean' }, list: { type: 'boolean' } },
})
if (values.peers) process.env.FLEXIML_BENCH_PEERS = 'on'

const number = (n: number) => new Intl.NumberFormat('en', { maximumSignificantDigits: 4 }).format(n)
const wanted = (row: string) => positionals.length === 0 || positionals.some(p => row.startsWith(p))
const reports: RowReport[] = []

/** One line a row: ours ± spread, each peer beside it, the ratio and whether the goal is met. */
function print({ row, ours, peers, floor, ratio, goal, met }: RowReport): void {
  const beside = Object.entries(peers).map(([name, p]) => `${name} ${number(p.median)}`)
  if (floor) beside.push(`floor ${number(floor.median)}`)
  const bound =
    goal &&
    ('ratio' in goal
      ? `ratio ≤ ${goal.ratio}`
      : 'value' in goal
        ? `${goal.value} ${ours.unit}`
        : `difference ≤ ${goal.difference}`)
  console.log(
    `${row.padEnd(28)} ${number(ours.median).padStart(9)} ± ${number(ours.spread)} ${ours.unit}` +
      `${beside.length > 0 ? `   ${beside.join(', ')}` : ''}${ratio === null ? '' : `   ratio ${number(ratio)}`}` +
      `${goal ? `   goal ${bound}: ${met === null ? 'needs --peers' : met ? 'met' : 'missed'}` : ''}`,
  )
  const answers = [ours.answer, ...Object.entries(peers).map(([name, p]) => `${name} ${p.version ?? ''}: ${p.answer}`)]
  console.log(' '.repeat(29) + answers.join(' · '))
}

for (const file of globSync('bench/*.bench.ts').sort()) {
  const bench = (await import(join(process.cwd(), file))) as BenchFile
  const rows = bench.rows.filter(r => wanted(r.row))
  if (values.list) for (const { row } of rows) console.log(row)
  if (rows.length === 0 || values.list) continue
  try {
    for (const row of rows) {
      const report = await runRow(row)
      reports.push(report)
      print(report)
    }
  } finally {
    await bench.close?.()
  }
}
if (!values.list && reports.length === 0) {
  console.error(`No benchmark row starts with ${positionals.join(' or ')}. See them: npm run bench -- --list`)
  process.exit(2)
}
if (values.json) {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
  }
  await writeFile(values.json, `${JSON.stringify({ machine, commit, rows: reports }, null, 2)}\n`)
}
process.exit(0)

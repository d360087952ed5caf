import { spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '#db/embedded.ts'
import { buildWhenChanged } from './build.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const [command = 'test', filter] = process.argv.slice(2)
const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const IGNORED = (path: string) => /^(node_modules|\.next|\.fleximl)\//.test(path)
const files = (pattern: string) =>
  globSync(pattern, { exclude: name => name === 'node_modules' || name === '.next' || name === '.fleximl' })
    .filter(f => !IGNORED(f))
    .sort()

/** Runs a program, prints its output, and returns the exit status and the output. */
function run(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      output += text
      process.stdout.write(text)
    })
    child.once('error', reject)
    child.once('exit', code => resolve({ status: code ?? 1, output }))
  })
}

async function stage(name: string, work: () => Promise<Counts>): Promise<void> {
  if (filter && !name.includes(filter)) return
  const started = performance.now()
  process.stdout.write(`\n== ${name}\n`)
  const counts = await work()
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key]
  process.stdout.write(
    `-- ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  )
}

/** Runs a static check; it counts as one test. */
const check = (name: string, program: string, args: string[]) =>
  stage(name, async () => {
    const { status } = await run(program, args)
    return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }
  })

/** Runs node:test on files and reads the counts from its summary. A contradicting exit status counts as a failure. */
async function nodeTests(
  list: string[],
  env: Record<string, string> = {},
  concurrency = Math.max(1, availableParallelism()),
): Promise<Counts> {
  if (list.length === 0) return { passed: 0, failed: 0, skipped: 0 }
  const { status, output } = await run(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-reporter=spec',
      `--test-concurrency=${concurrency}`,
      '--test-timeout=300000',
      ...list,
    ],
    env,
  )
  const number = (word: string) => Number(new RegExp(`^ℹ ${word} (\\d+)`, 'm').exec(output)?.[1] ?? 0)
  const failed = number('fail') + number('cancelled')
  return {
    passed: number('pass'),
    failed: status === 0 ? failed : Math.max(1, failed),
    skipped: number('skipped') + number('todo'),
  }
}

/** Runs Playwright and reads the counts from its JSON report: `expected` passed, `flaky` passed after a retry. */
async function browserTests(): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-browser-'))
  const report = join(folder, 'report.json')
  try {
    const { status } = await run(
      'playwright',
      ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
      {
        ...EVERYWHERE,
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      },
    )
    const text = await readFile(report, 'utf8').catch(() => '')
    if (text === '') return { passed: 0, failed: 1, skipped: 0 }
    const { stats } = JSON.parse(text) as {
      stats: { expected: number; unexpected: number; flaky: number; skipped: number }
    }
    const failed = stats.unexpected + stats.flaky
    return { passed: stats.expected, failed: status === 0 ? failed : Math.max(1, failed), skipped: stats.skipped }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const tests = files('**/*.test.ts')
const database = tests.filter(f => f.endsWith('.db.test.ts'))
const whole = tests.filter(f => f.startsWith('e2e/') && !database.includes(f))
const unit = tests.filter(f => !database.includes(f) && !whole.includes(f))

// Unit tests cover both backends of networks. Whole instances use the one that every machine has.
const EVERYWHERE = { FLEXIML_TENSORFLOW: 'wasm' }

await check('types', 'tsc', ['--noEmit', '--incremental', 'false'])
await check('lint', 'biome', ['check', '--error-on-warnings', '.'])
await check('imports', 'depcruise', [
  '--config',
  '.dependency-cruiser.cjs',
  '--output-type',
  'err',
  'server',
  'db',
  'jobs',
  'serve',
  'ml',
  'bin',
  ...['app', 'components', 'bench', 'tables'].filter(d => existsSync(d)),
])
await check('unused', 'knip', ['--no-progress'])
await stage('unit', () => nodeTests(unit))
await stage('database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-test-pg-'))
  const server = await startEmbedded({ folder: join(folder, 'postgres'), fast: true })
  try {
    return await nodeTests(database, { ...EVERYWHERE, FLEXIML_TEST_DATABASE_URL: server.url })
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
if (command === 'test') {
  await stage('build', async () => {
    await buildWhenChanged()
    return { passed: 1, failed: 0, skipped: 0 }
  })
  // These tests start whole instances and kill processes, so files run one at a time.
  await stage('faults', () => nodeTests(whole, EVERYWHERE, 1))
  await stage('browser', browserTests)
}

process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)

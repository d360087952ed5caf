import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)

/** Loads everything that answers requests, and prints the modules that were loaded. */
const SCRIPT = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
await import(${here('../api/root.ts')})
await import(${here('./web-server.ts')})
process.stdout.write(JSON.stringify(loaded), () => process.exit(0))
`

it('what answers requests loads no DuckDB', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', SCRIPT],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), maxBuffer: 2 ** 26 },
  )
  const loaded = JSON.parse(stdout) as string[]
  assert.ok(
    loaded.some(url => url.endsWith('/server/data/profile/browse-rows.ts')),
    'modules were counted',
  )
  assert.deepEqual(
    loaded.filter(url => url.includes('@duckdb') || url.endsWith('/tables/duckdb.ts')),
    [],
  )
})

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { INTERACTIVE_TASKS } from '#server/data/tables/read-table.ts'
import { DATA_TASKS } from './tasks.ts'

const root = pathToFileURL(`${process.cwd()}/`).href
const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)

/** Starts the entry of task processes, loads the module of one task and prints the modules of ours that were loaded. */
const script = (module: URL) => `
import { registerHooks } from 'node:module'
const loaded = new Set()
registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context) } })
await import(${here('../../server/platform/tasks/child.ts')})
await import(${JSON.stringify(module.href)})
const ours = [...loaded].filter(url => url.startsWith(${JSON.stringify(root)}) && !url.includes('/node_modules/'))
process.stdout.write(JSON.stringify(ours.map(url => url.slice(${root.length}))), () => process.exit(0))
`

async function modulesOf(module: URL): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script(module)],
    { cwd: fileURLToPath(root) },
  )
  return JSON.parse(stdout) as string[]
}

/** What the entry of task processes itself consists of. */
const SHARED = /^server\/(kernel\/errors|platform\/tasks\/[a-z-]+)\.ts$/
/** Most modules of ours that a task may load. */
const MOST_MODULES = 120

describe('a child process loads only the modules of its task', { concurrency: 2 }, () => {
  for (const [name, task] of Object.entries({ ...DATA_TASKS, ...INTERACTIVE_TASKS }))
    it(name, async t => {
      const modules = await modulesOf(task.module)
      t.diagnostic(`${modules.length} modules`)
      assert.ok(
        modules.includes('server/platform/tasks/child.ts') && modules.includes('tables/duckdb.ts'),
        'modules were counted',
      )
      assert.ok(modules.length <= MOST_MODULES, modules.join('\n'))
      const server = modules.filter(m => /^(server|db|components|app)\//.test(m) && !SHARED.test(m))
      assert.deepEqual(server, [], 'the process needs no database, no domain and no page')
    })
})

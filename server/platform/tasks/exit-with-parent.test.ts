import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'

const MODULE = new URL('./exit-with-parent.ts', import.meta.url).href
/** Prints its pid once it watches its parent, then computes for ever. */
const CHILD = `import(${JSON.stringify(MODULE)}).then(m => { m.exitWithParent(); setTimeout(() => { console.log(process.pid); for (;;); }, 500) })`
const PARENT = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(CHILD)}], { stdio: ['ignore', 'inherit', 'inherit'] })`

/** A zombie counts as ended. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  if (stat !== '') return !/\) Z /.test(stat)
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux'
  } catch {
    return false
  }
}

it('a process that computes without a pause ends with its parent', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line)
  assert.equal(await isAlive(pid), true)
  parent.kill('SIGKILL')
  const deadline = performance.now() + 30_000
  while ((await isAlive(pid)) && performance.now() < deadline) await new Promise(resolve => setTimeout(resolve, 25))
  assert.equal(await isAlive(pid), false)
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { it } from 'node:test'
import { isAlive, until } from '../training/testing.ts'

const WATCH = new URL('./watch-parent.ts', import.meta.url).href
/** Says its pid when it is watched, then computes for ever. */
const CHILD = `import(${JSON.stringify(WATCH)}).then(m => { m.leaveWithParent(); setTimeout(() => { console.log(process.pid); for (;;); }, 500) })`
const PARENT = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(CHILD)}], { stdio: ['ignore', 'inherit', 'inherit'] })`

it('a process that computes without a pause ends with its parent all the same', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line)
  assert.equal(await isAlive(pid), true)
  parent.kill('SIGKILL')
  await until(async () => !(await isAlive(pid)), 'the end of the child')
})

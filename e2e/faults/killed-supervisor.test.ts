import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { type Instance, startInstance } from '../harness/start-instance.ts'

const GONE_SECONDS = 30

let instance: Instance | undefined
after(() => instance?.stop())

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('kill -9 of the supervisor leaves no process behind, PostgreSQL neither', async () => {
  instance = await startInstance()
  const { web, workers, serve } = (await (await fetch(`${instance.url}/api/status`)).json()) as Record<
    'web' | 'workers' | 'serve',
    { pid: number }[]
  >
  const postgres = await readFile(join(instance.home, 'postgres/data/postmaster.pid'), 'utf8')
  const pids = [...web, ...workers, ...serve].map(p => p.pid).concat(Number(postgres.split('\n')[0]))
  assert.equal(pids.filter(isAlive).length, 4)
  process.kill(instance.pid, 'SIGKILL')
  for (const until = performance.now() + GONE_SECONDS * 1000; pids.some(isAlive); ) {
    assert.ok(performance.now() < until, `still there: ${pids.filter(isAlive).join(', ')}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
})

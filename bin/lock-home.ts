import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Locks the home for one supervisor and returns the unlock function. Takes over the lock of a process that has ended. */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const path = join(home, 'supervisor.pid')
  for (let tries = 0; ; tries++) {
    try {
      const handle = await open(path, 'wx')
      await handle.writeFile(String(process.pid))
      await handle.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 3) throw error
      const pid = Number(await readFile(path, 'utf8').catch(() => '0'))
      if (pid && isAlive(pid))
        throw new Error(
          `FlexiML already runs on ${home} (pid ${pid}). Stop it, or use another home: FLEXIML_HOME=/elsewhere npm start`,
        )
      await rm(path, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

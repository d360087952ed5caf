import { availableParallelism, hostname } from 'node:os'
import { and, eq, lt, sql } from 'drizzle-orm'
import type { Db, Handle } from '#db/client.ts'
import { processes } from '#db/schema/platform.ts'
import { newId } from '#server/kernel/ids.ts'
import type { Logger } from '#server/kernel/log.ts'

export type ProcessKind = 'web' | 'worker' | 'serve' | 'command'

/** A process without a heartbeat for this long counts as stopped. */
export const PROCESS_SILENCE_SECONDS = 15

/** Registers this process and sends its heartbeat. Failures are only logged: the process must survive a lost database. */
export function registerProcess(
  db: Db,
  kind: ProcessKind,
  version: string,
  log: Logger,
  backend?: string,
): { id: string; stop(): Promise<void> } {
  const id = newId()
  const beat = () =>
    db
      .insert(processes)
      .values({ id, kind, host: hostname(), pid: process.pid, version, backend, cores: availableParallelism() })
      .onConflictDoUpdate({ target: processes.id, set: { heartbeatAt: sql`now()` } })
      .then(() => db.delete(processes).where(lt(processes.heartbeatAt, sql`now() - interval '1 hour'`)))
      .catch(error => log.debug({ err: error }, 'heartbeat not written'))
  void beat()
  const timer = setInterval(beat, 5_000)
  timer.unref()
  return {
    id,
    async stop() {
      clearInterval(timer)
      await db.execute(sql`DELETE FROM processes WHERE id = ${id}`).catch(() => undefined)
    },
  }
}

/** The processes of a kind that are alive. */
export const listLiveProcesses = (db: Handle, kind: ProcessKind) =>
  db
    .select({ id: processes.id, host: processes.host, pid: processes.pid })
    .from(processes)
    .where(
      and(
        eq(processes.kind, kind),
        sql`${processes.heartbeatAt} > now() - make_interval(secs => ${PROCESS_SILENCE_SECONDS})`,
      ),
    )

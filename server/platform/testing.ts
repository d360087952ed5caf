import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { projects } from '#db/schema/access.ts'
import { testDatabase } from '#db/testing.ts'
import { newId } from '#server/kernel/ids.ts'
import { type ProjectScope, scopeOf } from '#server/kernel/scope.ts'
import { type Kernel, openKernel } from './kernel.ts'

export interface TestKernel extends Kernel {
  url: string
  home: string
  /** Creates a new, empty project. */
  project(slug?: string): Promise<ProjectScope>
}

/** Creates a whole kernel on a new database (or the given one) and an empty home; `close` removes both. */
export async function testKernel(
  variables: Record<string, string> = {},
  given?: Awaited<ReturnType<typeof testDatabase>>,
): Promise<TestKernel> {
  const database = given ?? (await testDatabase())
  const home = await mkdtemp(join(tmpdir(), 'fleximl-test-'))
  const kernel = await openKernel('command', {
    ...process.env,
    FLEXIML_HOME: home,
    DATABASE_URL: database.url,
    LOG_LEVEL: 'warn',
    ...variables,
  })
  return Object.assign(kernel, {
    url: database.url,
    home,
    async project(slug = `p-${newId().slice(-12)}`) {
      const [row] = await kernel.db.insert(projects).values({ id: newId(), slug, name: slug }).returning()
      return scopeOf(row!)
    },
    close: (closeKernel => async () => {
      await closeKernel()
      await database.close()
      await rm(home, { recursive: true, force: true })
    })(kernel.close),
  })
}

/**
 * Waits until every transaction that began before now has ended. Events become readable after the oldest running transaction of the whole
 * server, in any database, and test files share a server: a new event may be unreadable for some milliseconds.
 */
export async function untilEventsReadable(db: Handle): Promise<void> {
  const [now] = (await db.execute(sql`SELECT pg_current_xact_id()::text AS xid`)) as unknown as [{ xid: string }]
  for (;;) {
    const [row] = (await db.execute(
      sql`SELECT pg_snapshot_xmin(pg_current_snapshot()) > ${now.xid}::xid8 AS readable`,
    )) as unknown as [{ readable: boolean }]
    if (row.readable) return
    await sleep(20)
  }
}

/** Makes the heartbeat of a running job too old; pg-boss checks it within 2 s. */
export async function loseHeartbeat({ db }: Kernel, jobId: string): Promise<void> {
  const [{ retries }] = (await db.execute(
    sql`UPDATE pgboss.job SET heartbeat_seconds = 0 WHERE id = ${jobId} AND state = 'active' RETURNING retry_count AS retries`,
  )) as unknown as [{ retries: number }]
  for (;;) {
    const [row] = (await db.execute(sql`
      UPDATE pgboss.job SET heartbeat_seconds = 10
      WHERE id = ${jobId} AND name <> 'dead-letter' AND (state <> 'active' OR retry_count > ${retries}) RETURNING id`)) as unknown as {
      id: string
    }[]
    if (row) return
    await sleep(20)
  }
}

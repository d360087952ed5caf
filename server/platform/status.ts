import { sql } from 'drizzle-orm'
import { migrationFiles } from '#db/migrate.ts'
import type { Kernel } from './kernel.ts'
import { PROCESS_SILENCE_SECONDS } from './processes.ts'

export interface Check {
  ok: boolean
  /** The reason of a failed check. */
  reason?: string
}

export interface Readiness {
  ready: boolean
  database: Check
  blobs: Check
  migrations: Check
}

export interface ProcessStatus {
  kind: string
  host: string
  pid: number
  version: string
  backend: string | null
  cores: number
  startedAt: string
  heartbeatAt: string
}

export interface LaneStatus {
  lane: string
  queued: number
  running: number
  /** Seconds since the oldest runnable job was queued. */
  oldestWaitSeconds: number
  /** Jobs whose retries are used up. */
  deadLetters: number
}

const ANSWER_WAIT_MS = 2000
const failed = (reason: string): Check => ({ ok: false, reason })

const inTime = <T>(work: PromiseLike<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer in 2 s')), ANSWER_WAIT_MS).unref()),
  ])

async function checkDatabase(kernel: Kernel): Promise<{ database: Check; migrations: Check }> {
  try {
    const rows = (await inTime(kernel.db.execute(sql`SELECT name FROM schema_migrations`))) as unknown as {
      name: string
    }[]
    const applied = new Set(rows.map(r => r.name))
    const missing = (await migrationFiles()).filter(f => !applied.has(f.name)).map(f => f.name)
    return {
      database: { ok: true },
      migrations: missing.length === 0 ? { ok: true } : failed(`not applied: ${missing.join(', ')}`),
    }
  } catch (error) {
    kernel.log.warn({ err: error }, 'database not ready')
    return {
      database: failed('The database does not respond.'),
      migrations: failed('Unknown while the database cannot be reached.'),
    }
  }
}

/** Returns whether this process can do its work, for load balancers. */
export async function readReadiness(kernel: Kernel): Promise<Readiness> {
  const [{ database, migrations }, blobs] = await Promise.all([
    checkDatabase(kernel),
    inTime(kernel.blobs.check(AbortSignal.timeout(ANSWER_WAIT_MS))).then(
      (): Check => ({ ok: true }),
      error => {
        kernel.log.warn({ err: error }, 'blob store not ready')
        return failed('The blob store cannot be used.')
      },
    ),
  ])
  return { ready: database.ok && migrations.ok && blobs.ok, database, blobs, migrations }
}

/** Lists the processes on all machines with a heartbeat within the last 15 s. */
export async function readProcesses(kernel: Kernel): Promise<ProcessStatus[]> {
  const rows = (await kernel.db.execute(sql`
    SELECT kind, host, pid, version, backend, cores, started_at, heartbeat_at FROM processes
    WHERE heartbeat_at > now() - make_interval(secs => ${PROCESS_SILENCE_SECONDS}) ORDER BY kind, started_at
  `)) as unknown as {
    kind: string
    host: string
    pid: number
    version: string
    backend: string | null
    cores: number
    started_at: string
    heartbeat_at: string
  }[]
  return rows.map(r => ({
    kind: r.kind,
    host: r.host,
    pid: r.pid,
    version: r.version,
    backend: r.backend,
    cores: r.cores,
    startedAt: new Date(r.started_at).toISOString(),
    heartbeatAt: new Date(r.heartbeat_at).toISOString(),
  }))
}

export async function readLanes(kernel: Kernel): Promise<LaneStatus[]> {
  const rows = (await kernel.db.execute(sql`
    SELECT lane, count(*) FILTER (WHERE state = 'queued')::int AS queued, count(*) FILTER (WHERE state = 'running')::int AS running,
      coalesce(extract(epoch FROM now() - min(run_after) FILTER (WHERE state = 'queued' AND run_after <= now())), 0)::float8 AS wait,
      count(*) FILTER (WHERE state = 'failed')::int AS dead
    FROM jobs WHERE state IN ('queued', 'running') OR (state = 'failed' AND dead_lettered_at IS NOT NULL) GROUP BY lane
  `)) as unknown as { lane: string; queued: number; running: number; wait: number; dead: number }[]
  return ['interactive', 'compute', 'maintenance'].map(lane => {
    const row = rows.find(r => r.lane === lane)
    return {
      lane,
      queued: row?.queued ?? 0,
      running: row?.running ?? 0,
      oldestWaitSeconds: row?.wait ?? 0,
      deadLetters: row?.dead ?? 0,
    }
  })
}

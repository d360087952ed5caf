import type { LaneStatus, ProcessStatus } from '#server/platform/status.ts'

const family = (name: string, type: 'gauge' | 'counter', help: string, rows: string[]) => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...rows,
]

/** Counts of this process since it started. */
export interface WebCounters {
  /** By status class, as `2xx`. */
  requests: Map<string, number>
  secondsSum: number
  openStreams: number
}

/** Prometheus text format 0.0.4. What the database knows is absent while it is away. */
export function writeMetrics(
  counters: WebCounters,
  databaseUp: boolean,
  lanes: readonly LaneStatus[],
  processes: readonly ProcessStatus[],
): string {
  const memory = process.memoryUsage()
  const kinds = [...new Set(processes.map(p => p.kind))].sort()
  return `${[
    ...family(
      'fleximl_web_requests_total',
      'counter',
      'Answers of this process.',
      [...counters.requests].sort().map(([status, n]) => `fleximl_web_requests_total{status="${status}"} ${n}`),
    ),
    ...family('fleximl_web_request_seconds_total', 'counter', 'Seconds spent on them.', [
      `fleximl_web_request_seconds_total ${counters.secondsSum}`,
    ]),
    ...family('fleximl_web_live_streams', 'gauge', 'Browsers that follow live.', [
      `fleximl_web_live_streams ${counters.openStreams}`,
    ]),
    ...family('fleximl_web_resident_bytes', 'gauge', 'Resident memory of this process.', [
      `fleximl_web_resident_bytes ${memory.rss}`,
    ]),
    ...family('fleximl_database_up', 'gauge', 'Whether the database answered.', [
      `fleximl_database_up ${databaseUp ? 1 : 0}`,
    ]),
    ...family(
      'fleximl_jobs',
      'gauge',
      'Jobs by lane and state.',
      lanes.flatMap(l => [
        `fleximl_jobs{lane="${l.lane}",state="queued"} ${l.queued}`,
        `fleximl_jobs{lane="${l.lane}",state="running"} ${l.running}`,
      ]),
    ),
    ...family(
      'fleximl_job_oldest_wait_seconds',
      'gauge',
      'How long the oldest job that may run has waited.',
      lanes.map(l => `fleximl_job_oldest_wait_seconds{lane="${l.lane}"} ${l.oldestWaitSeconds}`),
    ),
    ...family(
      'fleximl_processes',
      'gauge',
      'Processes heard in the last 15 s.',
      kinds.map(k => `fleximl_processes{kind="${k}"} ${processes.filter(p => p.kind === k).length}`),
    ),
  ].join('\n')}\n`
}

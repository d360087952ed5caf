import type { PgBoss, Queue as QueueOptions } from 'pg-boss'
import { LANES } from './define-job.ts'

/** Jobs whose retries are used up; its worker updates their subjects. */
export const DEAD_LETTERS = 'dead-letter'
/** Jobs to cancel that have no running attempt. */
export const CANCELLATIONS = 'cancellations'
/** Occurrences of schedules. */
export const SCHEDULES = 'schedules'

/** A job whose worker sends no heartbeat for this long is queued again; the minimum that pg-boss allows. */
export const HEARTBEAT_SECONDS = 10

const DAY_SECONDS = 86_400
/** pg-boss fails a job that runs longer. Its own option is limited to 24 hours, a timer of Node to 24.8 days. */
const EXPIRE_SECONDS = 20 * DAY_SECONDS
const KEEP_ENDED_SECONDS = 3_600

type Options = Omit<QueueOptions, 'name'>

const LANE: Options = {
  deadLetter: DEAD_LETTERS,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  notify: true,
  retryLimit: 2,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  retentionSeconds: 365 * DAY_SECONDS,
  deleteAfterSeconds: KEEP_ENDED_SECONDS,
}
const CONTROL: Options = {
  notify: true,
  retryLimit: 100,
  retryDelay: 2,
  retryBackoff: false,
  retentionSeconds: 365 * DAY_SECONDS,
  deleteAfterSeconds: KEEP_ENDED_SECONDS,
}

/** Dead letters first: a queue can only refer to an existing one. */
const QUEUES: [name: string, options: Options][] = [
  [DEAD_LETTERS, CONTROL],
  [CANCELLATIONS, CONTROL],
  [SCHEDULES, CONTROL],
  ...LANES.map((lane): [string, Options] => [lane, LANE]),
]

/** Creates missing queues and updates those whose options differ, so that an upgraded instance gets new options. */
export async function ensureQueues(boss: PgBoss): Promise<void> {
  const known = new Map((await boss.getQueues()).map(queue => [queue.name, queue]))
  for (const [name, options] of QUEUES) {
    const queue = known.get(name)
    if (!queue) await boss.createQueue(name, options)
    else if (Object.entries(options).some(([key, value]) => queue[key as keyof Options] !== value))
      await boss.updateQueue(name, options)
  }
  if (QUEUES.every(([name]) => known.get(name)?.expireInSeconds === EXPIRE_SECONDS)) return
  await boss
    .getDb()
    .executeSql(
      `UPDATE pgboss.queue SET expire_seconds = $1 WHERE name = ANY(string_to_array($2, ',')) AND expire_seconds <> $1`,
      [EXPIRE_SECONDS, QUEUES.map(([name]) => name).join(',')],
    )
}

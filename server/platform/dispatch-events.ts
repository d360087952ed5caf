import { isDatabaseAway } from '#server/kernel/errors.ts'
import { derivedId, parseId } from '#server/kernel/ids.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { change } from './change.ts'
import { type Consumer, deliveryJob } from './define-consumer.ts'
import { insertDeliveries, lockDispatcher, markSent, nextDeliveries } from './deliveries.ts'
import { loadCursor, readEvents, saveCursor } from './events.ts'
import type { Kernel } from './kernel.ts'

const POLL_MS = 2_000
const EVENTS_AT_ONCE = 500
const JOBS_AT_ONCE = 200

/**
 * Reads the next events of a consumer in commit order and sends the jobs that are due, in the transaction that advances its cursor. Returns
 * whether there may be more.
 */
async function dispatchSome(kernel: Kernel, consumer: Consumer): Promise<boolean> {
  const types = new Set(consumer.events.map(e => e.name))
  return change(kernel, systemActor('dispatcher'), async c => {
    if (!(await lockDispatcher(c.tx))) return false
    const events = await readEvents(c.tx, await loadCursor(c.tx, consumer.name), EVENTS_AT_ONCE)
    await insertDeliveries(
      c.tx,
      consumer.name,
      events.filter(e => types.has(e.type)),
    )
    const due = await nextDeliveries(c.tx, consumer.name, JOBS_AT_ONCE)
    for (const { seq, projectId, subjectKind, subjectId, event } of due) {
      const id = derivedId(Date.parse(String(event.at)), consumer.name, seq)
      await c.enqueue(deliveryJob(consumer), {
        id,
        projectId,
        title: consumer.title,
        subject: { kind: subjectKind, id: parseId(subjectId) ?? derivedId(0, subjectKind, subjectId) },
        payload: { v: 1, event },
      })
      await markSent(c.tx, consumer.name, seq, id)
    }
    const last = events.at(-1)
    if (last) await saveCursor(c.tx, consumer.name, last)
    return events.length === EVENTS_AT_ONCE || due.length === JOBS_AT_ONCE
  })
}

/** Sends a job for every event that its consumer has not handled yet, at most one per consumer and subject at a time. */
export async function dispatchEvents(
  kernel: Kernel,
  consumers: readonly Consumer[],
  stopped: () => boolean = () => false,
): Promise<void> {
  for (const consumer of consumers) while (!stopped() && (await dispatchSome(kernel, consumer)));
}

/** Dispatches at each `events` signal and every 2 s. Returns a function that stops and waits for running work. */
export async function startDispatcher(kernel: Kernel, consumers: readonly Consumer[]): Promise<() => Promise<void>> {
  let stopped = false
  let again = false
  let running: Promise<void> | undefined
  const run = async () => {
    do {
      again = false
      await dispatchEvents(kernel, consumers, () => stopped)
    } while (again && !stopped)
  }
  const wake = () => {
    if (stopped) return
    again = true
    running ??= run()
      .catch(error => {
        if (!isDatabaseAway(error)) kernel.log.error({ err: error }, 'events were not dispatched')
      })
      .finally(() => {
        running = undefined
      })
  }
  const unlisten = await kernel.notifier.listen(signal => {
    if (signal.topic === 'events') wake()
  }, wake)
  const timer = setInterval(wake, POLL_MS)
  wake()
  return async () => {
    stopped = true
    clearInterval(timer)
    await running
    await unlisten().catch(() => undefined)
  }
}

import { z } from 'zod'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from './change.ts'
import type { EventDefinition, PayloadOf } from './define-event.ts'
import { defineJob, type JobDefinition } from './define-job.ts'
import { payloadOf, type StoredEvent } from './events.ts'
import type { Kernel } from './kernel.ts'

/** A stored event with the payload of its definition. */
export type Delivered<E extends EventDefinition> = E extends EventDefinition
  ? Omit<StoredEvent, 'type' | 'payload'> & { type: E['name']; payload: PayloadOf<E> }
  : never

/** How a domain reacts to an event of a domain that it may import. */
export interface Consumer<E extends EventDefinition = EventDefinition> {
  /** `<domain>.<verb-noun>`; also the name of its jobs and of its cursor. */
  name: string
  /** Title of its jobs, as `Schedule drift checks`. */
  title: string
  events: readonly E[]
  /**
   * Handles one event in the transaction that marks it as handled, so that its writes happen once. An effect outside of the database must
   * be idempotent by `event.seq`. Retried if it throws.
   */
  handle(c: Change, context: { kernel: Kernel; scope: ProjectScope; event: Delivered<E> }): Promise<void>
}

export const defineConsumer = <E extends EventDefinition>(consumer: Consumer<E>): Consumer<E> => consumer

const stored = z.object({
  seq: z.int(),
  xid: z.string(),
  at: z.coerce.date(),
  projectId: z.uuid(),
  type: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  reason: z.string().optional(),
  payload: z.record(z.string(), z.unknown()),
})
const deliverPayload = z.object({ v: z.literal(1), event: stored.extend({ at: z.string() }) })
export type DeliverPayload = z.infer<typeof deliverPayload>

/** Returns the job that delivers one event to a consumer. */
export const deliveryJob = (consumer: Pick<Consumer, 'name'>): JobDefinition<DeliverPayload> =>
  defineJob({ name: consumer.name, lane: 'interactive', payload: deliverPayload, attemptsAllowed: 3 })

/** Parses the event of a delivery for its consumer; undefined if the consumer no longer handles this event. */
export function deliveredEvent<E extends EventDefinition>(
  consumer: Consumer<E>,
  event: Record<string, unknown>,
): Delivered<E> | undefined {
  const read = stored.parse(event)
  const definition = consumer.events.find(e => e.name === read.type)
  return definition && ({ ...read, payload: payloadOf(definition, read) } as unknown as Delivered<E>)
}

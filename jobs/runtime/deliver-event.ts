import { type Consumer, type DeliverPayload, deliveredEvent, deliveryJob } from '#server/platform/define-consumer.ts'
import { endDelivery, lockDelivery, markDead } from '#server/platform/deliveries.ts'
import { defineHandler, type JobHandler } from '../handler.ts'

/** Creates the handler that delivers an event to a consumer. A handled or skipped event has no effect when delivered again. */
export const deliverTo = (consumer: Consumer): JobHandler<DeliverPayload> =>
  defineHandler<DeliverPayload>({
    definition: deliveryJob(consumer),
    async run({ kernel, scope, payload, finish, line }) {
      const { seq } = payload.event
      await finish(async c => {
        if (!(await lockDelivery(c.tx, consumer.name, seq))) return line('info', 'The event was handled before.')
        const event = deliveredEvent(consumer, payload.event)
        if (event) await consumer.handle(c, { kernel, scope, event })
        await endDelivery(c.tx, consumer.name, seq)
        // The dispatcher sends the next event of the subject.
        c.wakeAfter({ topic: 'events' })
      })
    },
    async settle(tx, job, { state }) {
      const { seq } = (job.payload as DeliverPayload).event
      if (state === 'failed') await markDead(tx, consumer.name, seq)
      if (state === 'cancelled') await endDelivery(tx, consumer.name, seq)
    },
  })

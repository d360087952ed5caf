import { type Consumer, type DeliverPayload, deliveredEvent, deliveryJob } from '#server/platform/define-consumer.ts'
import { endDelivery, lockDelivery, markDead } from '#server/platform/deliveries.ts'
import { defineHandler, type JobHandler } from '../handler.ts'

/** The handler of the jobs that deliver events to a consumer. An event that was handled or skipped has no effect when it is delivered again. */
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

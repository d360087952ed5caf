import { ensureSchedule } from '#server/monitoring/service.ts'
import { defineConsumer } from '#server/platform/define-consumer.ts'
import { versionPromoted } from '#server/serving/events.ts'

/** Starts to monitor an endpoint at its first promotion. */
export const watchEndpoints = defineConsumer({
  name: 'monitoring.watch-endpoints',
  title: 'Schedule drift checks',
  events: [versionPromoted],
  async handle(c, { kernel, scope, event }) {
    await ensureSchedule(c, scope, { id: event.subjectId, name: event.payload.endpoint }, kernel.clock)
  },
})

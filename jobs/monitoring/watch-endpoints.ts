import { ensureSchedule } from '#server/monitoring/service.ts'
import type { Reaction } from '../runtime/react-to-events.ts'

/** An endpoint is watched from its first promotion on. */
export const watchEndpoints: Reaction = {
  name: 'monitoring.watch-endpoints',
  types: ['serving.version-promoted'],
  async react(kernel, scope, event) {
    const name = event.payload?.endpoint
    if (typeof name === 'string') await ensureSchedule(kernel.db, scope, { id: event.subjectId, name }, kernel.clock)
  },
}

import { refreshSourceJob, startScheduledRefresh } from '#server/data/service.ts'
import { defineHandler } from '../handler.ts'

/** Starts an ingestion, which is a job of its own, on a schedule. */
export const refreshSource = defineHandler({
  definition: refreshSourceJob,
  async run({ scope, payload, finish, line }) {
    const started = await finish(c => startScheduledRefresh(c, scope, payload.sourceId))
    line(
      'info',
      started ? `Reading ${started.fileName} as ${started.datasetName}.` : 'The source is gone; nothing was read.',
    )
  },
})

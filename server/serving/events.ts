import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'

/** Read back by consumers: rows from before have no `v`. */
const switched = z.object({
  v: z.literal(1).default(1),
  endpoint: z.string(),
  model: z.string(),
  version: z.int(),
  /** The version in force until then. */
  previous: z.int().nullable(),
  revision: z.int(),
  /** Whether it is the model's primary endpoint; absent in rows from before there were any. */
  primary: z.boolean().optional(),
})

export const versionPromoted = defineEvent('serving.version-promoted', 'endpoint', switched)
export const endpointRolledBack = defineEvent('serving.endpoint-rolled-back', 'endpoint', switched)
export const primaryEndpointChanged = defineEvent(
  'serving.primary-endpoint-changed',
  'model',
  z.object({
    model: z.string(),
    endpoint: z.string(),
    /** Name of the primary endpoint until then. */
    previous: z.string().nullable(),
    version: z.int(),
  }),
)

import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'

export const versionRegistered = defineEvent(
  'registry.version-registered',
  'model-version',
  z.object({
    model: z.string(),
    version: z.int(),
    /** Null: imported from a file. */
    run: z.string().nullable(),
    digest: z.string(),
    /** Digest of the imported file. */
    file: z.string().optional(),
  }),
)
export const modelDescribed = defineEvent(
  'registry.model-described',
  'model',
  z.object({ model: z.string().optional() }),
)

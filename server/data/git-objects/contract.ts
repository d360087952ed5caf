import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'

export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/)

/** Maximum objects per request of a Git LFS client, which sends 100 by default. */
export const MAX_BATCH_OBJECTS = 1000
/** Maximum size of a DVC directory's list of files: about half a million files. */
export const MAX_DIRECTORY_BYTES = 64 * 2 ** 20

export const lfsBatchInput = z.object({
  operation: z.enum(['upload', 'download']),
  transfers: z.array(z.string()).optional(),
  hash_algo: z.string().optional(),
  objects: z
    .array(z.object({ oid: z.string().max(200), size: z.number() }))
    .min(1)
    .max(MAX_BATCH_OBJECTS),
})
export type LfsBatchInput = z.infer<typeof lfsBatchInput>

/** The state of an object that a client listed. */
export interface LfsPlan {
  oid: string
  size: number
  /** there: the server has it; wanted: the client must send it; error: an HTTP status. */
  state: 'there' | 'wanted' | 'error'
  error?: { code: 404 | 409 | 422; message: string }
}

export const pushedInput = z.object({ dataset: resourceNameSchema })

/** An object that Git LFS pushed for a dataset. */
export interface PushedObject {
  digest: string
  bytes: number
  pushedAt: string
  pushedBy: string
  /** The version made of these bytes. */
  version: number | null
}

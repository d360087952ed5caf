import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'

export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/)

/** How many objects a Git LFS client may ask about at once; it asks for 100 by itself. */
export const MAX_BATCH_OBJECTS = 1000
/** A list of files of a DVC directory: about half a million of them. */
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

/** What is known of an object that a client asked about. */
export interface LfsPlan {
  oid: string
  size: number
  /** there: nothing to send, or to be fetched; wanted: to be sent; error: as HTTP would say it. */
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
  /** The version that was made of these bytes. */
  version: number | null
}

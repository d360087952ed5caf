import { z } from 'zod'
import { MAX_UPLOAD_BYTES } from '../contract.ts'
import { CHUNK_BYTES, MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from './chunks/contract.ts'

export * from './chunks/contract.ts'

export const beginUploadInput = z.object({
  fileName: z.string().min(1).max(300),
  bytes: z.coerce.number().int().min(1).max(MAX_UPLOAD_BYTES),
  chunkBytes: z.coerce.number().int().min(MIN_CHUNK_BYTES).max(MAX_CHUNK_BYTES).default(CHUNK_BYTES),
})
export type BeginUploadInput = z.input<typeof beginUploadInput>

export interface UploadState {
  id: string
  fileName: string
  bytes: number
  chunkBytes: number
  /** Number of pieces. */
  chunks: number
  /** Numbers of the received pieces, ascending, from 0. */
  have: number[]
  /** SHA-256 of the whole file after it was joined. */
  digest: string | null
}

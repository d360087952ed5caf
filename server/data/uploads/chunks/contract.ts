/** Larger files are sent in pieces, smaller ones in one request. */
export const CHUNKED_ABOVE_BYTES = 16 * 2 ** 20
export const CHUNK_BYTES = 8 * 2 ** 20
/** A piece whose request fails is sent again as a whole. */
export const MIN_CHUNK_BYTES = 2 ** 16
export const MAX_CHUNK_BYTES = 32 * 2 ** 20
/** An upload that receives nothing for this long is deleted. */
export const UPLOAD_REST_DAYS = 3

export const chunkCount = (upload: { bytes: number; chunkBytes: number }): number =>
  Math.ceil(upload.bytes / upload.chunkBytes)

/** Returns the size of a piece: all have the same, the last one the rest. */
export const chunkLength = (upload: { bytes: number; chunkBytes: number }, number: number): number =>
  Math.min(upload.chunkBytes, upload.bytes - number * upload.chunkBytes)

/**
 * Measures the nesting depth of JSON text byte by byte before it is parsed: recursive parsers and writers overflow on deep input, some
 * crash the process. A line break ends a string: JSON strings cannot contain one, and NDJSON starts a new value there.
 */
export class JsonDepth {
  readonly #limit: number
  #depth = 0
  #quoted = false
  #escaped = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Reads the next chunk; returns true when the depth exceeds the limit. */
  exceededBy(piece: Uint8Array): boolean {
    for (let i = 0; i < piece.length; i++) {
      const c = piece[i]
      if (this.#quoted) {
        if (this.#escaped) this.#escaped = false
        else if (c === 92) this.#escaped = true
        else if (c === 34 || c === 10) this.#quoted = false
      } else if (c === 34) this.#quoted = true
      else if (c === 91 || c === 123) {
        if (++this.#depth > this.#limit) return true
      } else if ((c === 93 || c === 125) && this.#depth > 0) this.#depth--
    }
    return false
  }
}

export const nestsDeeper = (json: Uint8Array, limit: number): boolean => new JsonDepth(limit).exceededBy(json)

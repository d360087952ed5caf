import { createHash } from 'node:crypto'

/** DVC 2 reads pieces of this size and converts line ends within each. */
const PIECE = 1 << 20
const CR = 13
const LF = 10
const TEXT_CONTROLS = new Set([8, 9, 10, 12, 13, 27])

/** Detects text like DVC 2, from the first 512 bytes: no NUL, and at most 30 % neither printable ASCII nor white space. */
export function looksLikeText(head: Uint8Array): boolean {
  const block = head.subarray(0, 512)
  if (block.length === 0) return true
  if (block.includes(0)) return false
  let odd = 0
  for (const byte of block) if (!(byte >= 32 && byte < 127) && !TEXT_CONTROLS.has(byte)) odd++
  return odd / block.length <= 0.3
}

function withUnixEnds(piece: Uint8Array): Uint8Array {
  const out = new Uint8Array(piece.length)
  let n = 0
  for (let i = 0; i < piece.length; i++) if (piece[i] !== CR || piece[i + 1] !== LF) out[n++] = piece[i]!
  return out.subarray(0, n)
}

/** Computes while streaming the MD5 of DVC 3 (of the bytes) and of DVC 2 (of text with Unix line ends). */
export class DvcHash {
  readonly #plain = createHash('md5')
  readonly #unix = createHash('md5')
  readonly #alsoUnix: boolean
  #isText: boolean | undefined
  #pending: Uint8Array[] = []
  #pendingBytes = 0

  constructor(alsoUnix: boolean) {
    this.#alsoUnix = alsoUnix
  }

  update(chunk: Uint8Array): void {
    this.#plain.update(chunk)
    if (!this.#alsoUnix) return
    let rest = chunk
    while (this.#pendingBytes + rest.length >= PIECE) {
      const cut = PIECE - this.#pendingBytes
      this.#pending.push(rest.subarray(0, cut))
      this.#flush()
      rest = rest.subarray(cut)
    }
    // Copied, because the sender may reuse the chunk's memory.
    if (rest.length > 0) this.#pending.push(rest.slice())
    this.#pendingBytes += rest.length
  }

  #flush(): void {
    const piece = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    this.#isText ??= looksLikeText(piece)
    this.#unix.update(this.#isText ? withUnixEnds(piece) : piece)
  }

  /** Returns true if one of the two is `md5`. */
  matches(md5: string): boolean {
    if (this.#plain.digest('hex') === md5) return true
    if (!this.#alsoUnix) return false
    this.#flush()
    return this.#unix.digest('hex') === md5
  }
}

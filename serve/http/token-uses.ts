/** A use of one token is written at most this often. */
const WRITE_MS = 60_000

export interface TokenUse {
  tokenId: string
  /** Milliseconds since 1970. */
  at: number
}

/** When each token was last used here, for its list on the Access page: requests only note it, and a timer writes it. */
export class TokenUses {
  #pending = new Map<string, number>()
  readonly #writtenAt = new Map<string, number>()

  note(tokenId: string, nowMs: number): void {
    this.#pending.set(tokenId, nowMs)
  }

  /** Takes the uses that are due: of tokens that were not written within the last minute, or all. */
  take(nowMs: number, all = false): TokenUse[] {
    const due: TokenUse[] = []
    for (const [tokenId, at] of this.#pending) {
      if (!all && nowMs - (this.#writtenAt.get(tokenId) ?? Number.NEGATIVE_INFINITY) < WRITE_MS) continue
      due.push({ tokenId, at })
      this.#pending.delete(tokenId)
      this.#writtenAt.set(tokenId, nowMs)
    }
    return due
  }

  /** Puts back uses that could not be written. */
  putBack(uses: readonly TokenUse[]): void {
    for (const { tokenId, at } of uses) {
      this.#writtenAt.delete(tokenId)
      if (!this.#pending.has(tokenId)) this.#pending.set(tokenId, at)
    }
  }

  /** Forgets tokens that are no longer valid. */
  keepOnly(tokenIds: ReadonlySet<string>): void {
    for (const known of [this.#pending, this.#writtenAt])
      for (const id of known.keys()) if (!tokenIds.has(id)) known.delete(id)
  }
}

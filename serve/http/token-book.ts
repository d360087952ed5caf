import { type Permission, type Role, roleMay } from '#server/access/contract.ts'
import type { LiveToken } from '#server/access/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { TOKEN_TRUST_SECONDS } from '#server/serving/contract.ts'
import { readTryIt } from '#server/serving/service.ts'
import { TokenUses } from './token-uses.ts'

/** Longer texts are no tokens; they are not cached. */
const MAX_TOKEN_LENGTH = 200
const CACHED_HASHES = 10_000
/** An unknown token is searched in the database at most this often. */
const UNKNOWN_TOKEN_MS = 2000

/** Checks tokens in memory: requests with a known token do not wait for the database. */
export class TokenBook {
  readonly #encryptionKey: string
  readonly #refreshNow: () => Promise<void>
  #byHash = new Map<string, LiveToken>()
  /** Token → hash, so that a token in use is hashed once. */
  #hashes = new Map<string, string>()
  readonly #unknown = new Map<string, number>()
  readonly uses = new TokenUses()
  /** Milliseconds since 1970 when the database last confirmed the tokens. */
  confirmedAt = 0

  constructor(encryptionKey: string, refreshNow: () => Promise<void>) {
    this.#encryptionKey = encryptionKey
    this.#refreshNow = refreshNow
  }

  get tokens(): LiveToken[] {
    return [...this.#byHash.values()]
  }

  replace(tokens: readonly LiveToken[], confirmedAt: number): void {
    this.#byHash = new Map(tokens.map(t => [t.hash, t]))
    this.uses.keepOnly(new Set(tokens.map(t => t.tokenId)))
    this.confirmedAt = confirmedAt
  }

  /**
   * Throws `unauthenticated` (no or unknown token), `not_found` (another project's), `forbidden` (role too low), `unavailable` (the database
   * has been away too long to trust the known tokens). Returns a promise only for a token that must be searched in the database.
   */
  authorize(
    authorization: string | undefined,
    project: string,
    endpoint: string,
    permission: Permission,
    nowMs: number,
  ): undefined | Promise<undefined> {
    const token = tokenOf(authorization)
    if (!token)
      throw new AppError('unauthenticated', 'A token is needed.', {
        hint: 'Send the header `Authorization: Bearer <API token of the project>`.',
      })
    if (token.startsWith('tryit.')) {
      const claim = readTryIt(token, this.#encryptionKey, nowMs)
      if (!claim) throw unknownToken()
      if (claim.project !== project || claim.endpoint !== endpoint || permission !== 'serving:predict') throw notFound()
      return undefined
    }
    if (nowMs - this.confirmedAt > TOKEN_TRUST_SECONDS * 1000)
      throw new AppError(
        'unavailable',
        'The database has been away for more than ten minutes: tokens cannot be checked.',
        {
          hint: 'Bring the database back; nothing else is needed.',
          retryAfterSeconds: 5,
        },
      )
    if (token.length > MAX_TOKEN_LENGTH) throw unknownToken()
    const hash = this.#hashOf(token)
    const known = this.#byHash.get(hash)
    if (known) return this.#check(known, project, permission, nowMs)
    if (nowMs - (this.#unknown.get(hash) ?? 0) < UNKNOWN_TOKEN_MS) throw unknownToken()
    // It may have been created since the last refresh.
    return this.#refreshNow().then(() => {
      const now = this.#byHash.get(hash)
      if (now) return this.#check(now, project, permission, nowMs)
      if (this.#unknown.size >= CACHED_HASHES) this.#unknown.clear()
      this.#unknown.set(hash, nowMs)
      throw unknownToken()
    })
  }

  /** Returns the project of a valid token, of any role. Throws `unauthenticated`. */
  projectOf(authorization: string | undefined, nowMs: number): string {
    const token = tokenOf(authorization)
    const known = token && token.length <= MAX_TOKEN_LENGTH ? this.#byHash.get(this.#hashOf(token)) : undefined
    if (!known || (known.expiresAt !== null && known.expiresAt <= nowMs)) throw unknownToken()
    this.uses.note(known.tokenId, nowMs)
    return known.slug
  }

  #check(token: LiveToken, project: string, permission: Permission, nowMs: number): undefined {
    if (token.expiresAt !== null && token.expiresAt <= nowMs) throw unknownToken()
    this.uses.note(token.tokenId, nowMs)
    if (token.slug !== project) throw notFound()
    if (token.stopped)
      throw new AppError('forbidden', 'This project is archived; its endpoints are stopped.', {
        hint: 'An owner can restore it in the project’s settings.',
      })
    if (!roleMay(token.role as Role, permission))
      throw new AppError('forbidden', `This token's role is ${token.role}; it may not do this.`, {
        hint: permission === 'serving:feedback' ? 'Feedback needs a token of an engineer.' : undefined,
      })
  }

  #hashOf(token: string): string {
    let hash = this.#hashes.get(token)
    if (!hash) {
      if (this.#hashes.size >= CACHED_HASHES) this.#hashes.clear()
      hash = sha256(token)
      this.#hashes.set(token, hash)
    }
    return hash
  }
}

const unknownToken = () =>
  new AppError('unauthenticated', 'This token is not valid: unknown, expired or revoked.', {
    hint: 'Create one on the project’s Access page.',
  })

/** The same message whether a project or endpoint does not exist or belongs to another project. */
export const notFound = () =>
  new AppError('not_found', 'There is no such endpoint here.', {
    hint: 'Check the project and the endpoint in the address; a token belongs to one project.',
  })

/** Bearer, or the password of basic authentication. */
function tokenOf(authorization: string | undefined): string | undefined {
  if (!authorization) return undefined
  const space = authorization.indexOf(' ')
  const scheme = authorization.slice(0, space).toLowerCase()
  const rest = authorization.slice(space + 1).trim()
  if (scheme === 'bearer') return rest || undefined
  if (scheme !== 'basic') return undefined
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1) || undefined
}

import { createHmac } from 'node:crypto'
import { sameSecret } from '#server/kernel/ids.ts'

/** The claim of a browser's try-it token: predict at one endpoint for a minute. */
export interface TryIt {
  project: string
  endpoint: string
  /** Seconds since 1970. */
  exp: number
}

const PREFIX = 'tryit.'
export const TRY_IT_SECONDS = 60

const sign = (payload: string, encryptionKey: string) =>
  createHmac('sha256', `fleximl try-it\n${encryptionKey}`).update(payload).digest('base64url')

export function mintTryIt(claim: TryIt, encryptionKey: string): string {
  const payload = Buffer.from(JSON.stringify(claim)).toString('base64url')
  return `${PREFIX}${payload}.${sign(payload, encryptionKey)}`
}

/** Returns the claim if the signature is valid and it has not expired. */
export function readTryIt(token: string, encryptionKey: string, nowMs: number): TryIt | undefined {
  if (!token.startsWith(PREFIX)) return undefined
  const [payload, signature] = token.slice(PREFIX.length).split('.')
  if (!payload || !signature || !sameSecret(signature, sign(payload, encryptionKey))) return undefined
  const claim = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as TryIt
  return claim.exp * 1000 > nowMs ? claim : undefined
}

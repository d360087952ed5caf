import { createHash, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto'
import { type Clock, systemClock } from './clock.ts'

let lastMs = 0
let counter = 0

/** One call of the generator fills many ids: a call per id would be most of its cost. */
const pool = Buffer.alloc(16 * 256)
let used = pool.length

/** Returns 16 random bytes, valid until the next call. */
function takeRandom(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}

/** Creates a UUIDv7 (RFC 9562): sorts by time, within one millisecond of one process by a 12-bit counter. */
export function newId(clock: Clock = systemClock): string {
  const now = clock.now()
  if (now > lastMs) {
    lastMs = now
    counter = takeRandom().readUInt16BE() & 0x7ff
  } else if (++counter > 0xfff) {
    lastMs++
    counter = 0
  }
  const bytes = takeRandom()
  bytes.writeUIntBE(lastMs, 0, 6)
  bytes[6] = 0x70 | (counter >> 8)
  bytes[7] = counter & 0xff
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return formatUuid(bytes)
}

/** Derives a UUIDv7 whose random bits are a hash of the parts: the same time and parts give the same id. */
export function derivedId(atMs: number, ...parts: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16)
  bytes.writeUIntBE(atMs, 0, 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return formatUuid(bytes)
}

function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const HEX32 = /^[0-9a-f]{32}$/

/** Formats a run's id as 32 hex digits (MLflow's form). */
export const shortHex = (id: string): string => id.replaceAll('-', '')

/** Parses a UUID or its 32 hex digits; undefined for other text. */
export function parseId(text: string): string | undefined {
  const t = text.toLowerCase()
  if (UUID.test(t)) return t
  if (!HEX32.test(t)) return undefined
  return `${t.slice(0, 8)}-${t.slice(8, 12)}-${t.slice(12, 16)}-${t.slice(16, 20)}-${t.slice(20)}`
}

/** Creates a secret of 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** Compares two secrets in constant time. */
export function sameSecret(a: string, b: string): boolean {
  const x = createHash('sha256').update(a).digest()
  const y = createHash('sha256').update(b).digest()
  return timingSafeEqual(x, y)
}

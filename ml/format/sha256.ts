import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

type Crypto = { hash?(algorithm: string, bytes: Uint8Array, encoding: string): string }
type Platform = { process?: { getBuiltinModule?(name: string): Crypto } }

/** Node's own implementation, several times as fast. Looked up at run time, so that browsers do not need it. */
const native = (globalThis as Platform).process?.getBuiltinModule?.('node:crypto')

/** Lower-case hex digest, computed in JavaScript: the browser's own is asynchronous and needs a secure context. */
export const portableSha256 = (bytes: Uint8Array): string => bytesToHex(nobleSha256(bytes))

/** Lower-case hex digest of the bytes. */
export function sha256(bytes: Uint8Array): string {
  return native?.hash?.('sha256', bytes, 'hex') ?? portableSha256(bytes)
}

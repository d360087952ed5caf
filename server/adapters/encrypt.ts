import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '#server/kernel/errors.ts'

/** Derives a key per purpose, so that a text of one purpose cannot be decrypted for another. */
const keyFor = (encryptionKey: string, purpose: string) =>
  Buffer.from(hkdfSync('sha256', encryptionKey, 'fleximl', purpose, 32))

/**
 * Encrypts with AES-256-GCM under the instance's key: `v1.` and base64url of nonce, tag and bytes. `bound` (the row's id) is authenticated
 * too: a text copied to another row is refused.
 */
export function encrypt(encryptionKey: string, purpose: string, bound: string, plain: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyFor(encryptionKey, purpose), nonce).setAAD(Buffer.from(bound))
  const bytes = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString('base64url')}`
}

/** Decrypts a text. Throws `internal`, naming the variable, if key, purpose or row differ. */
export function decrypt(encryptionKey: string, purpose: string, bound: string, text: string): string {
  try {
    const bytes = Buffer.from(text.slice(3), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', keyFor(encryptionKey, purpose), bytes.subarray(0, 12), {
      authTagLength: 16,
    })
    decipher.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new AppError('invalid', 'A stored secret cannot be read with this instance’s key.', {
      hint: 'If FLEXIML_ENCRYPTION_KEY was changed, restore the old key, or enter the secret again.',
      cause,
    })
  }
}

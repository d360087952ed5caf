import { decrypt, encrypt } from '#server/adapters/encrypt.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type Secrets, secretsSchema } from './contract.ts'

const PURPOSE = 'data sources'
const MAX_SECRETS = 50

/** Encrypts secrets for the row with this id; empty values are ignored. */
export function sealSecrets(
  kernel: Kernel,
  rowId: string,
  secrets: Secrets,
): { secrets: string; secretNames: string[] } {
  const given = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''))
  const secretNames = Object.keys(given).sort()
  if (secretNames.length > MAX_SECRETS)
    throw new AppError('invalid', `${secretNames.length} secrets are too many; at most ${MAX_SECRETS} can be stored.`)
  return { secrets: encrypt(kernel.secrets.encryptionKey, PURPOSE, rowId, JSON.stringify(given)), secretNames }
}

export const openSecrets = (kernel: Kernel, row: { id: string; secrets: string }): Secrets =>
  secretsSchema.parse(JSON.parse(decrypt(kernel.secrets.encryptionKey, PURPOSE, row.id, row.secrets)))

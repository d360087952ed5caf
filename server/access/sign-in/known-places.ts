import type { Handle } from '#db/client.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { deleteStalePlaces, findKnownPlaces, saveKnownPlaces } from './store.ts'

const DAY_MS = 86_400_000
/** A browser or address that has not signed in for so long is unknown again. */
const KNOWN_DAYS = 180

/** Where an attempt to sign in comes from. */
export interface Place {
  address: string
  /** Secret of the browser's cookie. */
  device?: string
}

/** Hashes of a place: the browser, which proves itself by its secret, and the address, which many may share. */
export function placeHashes({ address, device }: Place): { address: string; device?: string } {
  return {
    address: sha256(`address:${address}`),
    ...(device ? { device: sha256(`device:${device}`) } : {}),
  }
}

/** Returns by what the account knows the place: wrong passwords from elsewhere do not count for it. */
export async function recognizePlace(
  db: Handle,
  email: string,
  place: Place,
  now: Date,
): Promise<'device' | 'address' | undefined> {
  const { address, device } = placeHashes(place)
  const since = new Date(now.getTime() - KNOWN_DAYS * DAY_MS)
  const known = await findKnownPlaces(db, email, device ? [address, device] : [address], since)
  if (device !== undefined && known.has(device)) return 'device'
  return known.has(address) ? 'address' : undefined
}

/** Remembers the place of a successful sign-in. */
export async function rememberPlace(db: Handle, userId: string, place: Place, now: Date): Promise<void> {
  const { address, device } = placeHashes(place)
  await saveKnownPlaces(db, userId, device ? [address, device] : [address], now)
  await deleteStalePlaces(db, new Date(now.getTime() - KNOWN_DAYS * DAY_MS))
}

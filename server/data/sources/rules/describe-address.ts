import { AppError } from '#server/kernel/errors.ts'
import type { Address, Reading } from '../contract.ts'

const PROVIDER = { s3: 's3', gcs: 'gs', azure: 'azure' } as const
const ENGINE = { postgres: 'PostgreSQL', mysql: 'MySQL' } as const

/** Returns the address of a URL source. Throws for another server than the connection's: its headers are only for that one. */
export function readingUrl(address: Extract<Address, { kind: 'url' }>, path: string | undefined): URL {
  const base = URL.parse(address.url)
  if (!base || (base.protocol !== 'http:' && base.protocol !== 'https:'))
    throw new AppError('invalid', `“${address.url.slice(0, 200)}” is not an address.`, {
      hint: 'Example: https://api.example.org/rows.',
    })
  if (base.username || base.password)
    throw new AppError(
      'invalid',
      'The address contains a user name or password, which would be visible wherever the address is shown.',
      {
        hint: 'Send it in the header Authorization instead.',
      },
    )
  if (!path) return base
  const url = URL.parse(path, base)
  if (!url || url.origin !== base.origin)
    throw new AppError('invalid', `“${path.slice(0, 200)}” is not below ${base.origin}.`, {
      hint: 'The headers of a connection are sent only to its own server; add the other address as a separate source.',
    })
  return url
}

/** Returns the host to connect to; undefined: the provider's own. */
export function hostOf(address: Address): string | undefined {
  if (address.kind === 'url') return readingUrl(address, undefined).hostname
  if (address.kind === 'database') return address.host
  if (!address.endpoint) return undefined
  const url = URL.parse(address.endpoint)
  if (!url?.hostname)
    throw new AppError('invalid', `“${address.endpoint.slice(0, 200)}” is not an address.`, {
      hint: 'Example: https://minio.example.org.',
    })
  return url.hostname
}

const maskQuery = (address: string) => address.replace(/\?.*$/s, '?…')

/** Removes the query string, which may hold a key, from an address in a response. */
export const shownAddress = (address: Address): Address =>
  address.kind === 'url' ? { ...address, url: maskQuery(address.url) } : address
export const shownReading = (reading: Reading): Reading =>
  reading.kind === 'url' && reading.path !== undefined ? { ...reading, path: maskQuery(reading.path) } : reading

/** Describes an address for pages, logs and audit, without the query string, which may hold a key. */
export function describeAddress(address: Address, reading?: Reading): string {
  if (address.kind === 'url') {
    const url = readingUrl(address, reading?.kind === 'url' ? reading.path : undefined)
    return `${url.origin}${url.pathname}`
  }
  if (address.kind === 'database')
    return `${ENGINE[address.engine]} ${address.database} on ${address.host}${reading ? ', by a query' : ''}`
  const prefix = reading?.kind === 'objects' ? reading.prefix : ''
  return `${PROVIDER[address.provider]}://${address.bucket}/${prefix}`
}

/** Returns a short name for titles of jobs and the list of ingestions. */
export function fileNameOf(address: Address, reading: Reading): string {
  if (address.kind === 'url' && reading.kind === 'url') {
    const url = readingUrl(address, reading.path)
    return `${url.host}${url.pathname}`.slice(0, 300)
  }
  return describeAddress(address, reading).slice(0, 300)
}

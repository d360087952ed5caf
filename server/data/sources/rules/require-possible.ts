import { AppError } from '#server/kernel/errors.ts'
import type { Address, AddressOf, Secrets } from '../contract.ts'
import { hostOf } from './describe-address.ts'

/** They frame the message itself. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const HOST = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i
const IPV6 = /^\[?[0-9a-f:.]*:[0-9a-f:.]*\]?$/i
const REGION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
/** Also names of the store's own containers (`$web`) and of buckets below a domain (`example.org:lake`). */
const BUCKET = /^[A-Za-z0-9$][A-Za-z0-9._:-]{0,254}$/
const AZURE_ACCOUNT = /^[a-z0-9]{3,24}$/
/** At an endpoint of one's own, such as an emulator. */
const OTHER_ACCOUNT = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/

const invalid = (column: string, message: string, expected: string) =>
  new AppError('invalid', message, { hint: expected, details: [{ column, expected }] })

/** Throws `invalid` naming the header, never its value. */
export function requireGoodHeaders(secrets: Secrets): void {
  for (const [name, value] of Object.entries(secrets)) {
    const shown = name.slice(0, 100)
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || FRAMING.has(name.toLowerCase()))
      throw new AppError('invalid', `“${shown}” cannot be the name of a header.`, {
        hint: 'Give it as Authorization: Bearer ….',
      })
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new AppError('invalid', `The value of the header ${shown} has characters that cannot be sent.`, {
        hint: 'Was a line break copied with it?',
      })
  }
}

/** Throws `invalid` for an address or secrets with which no request can succeed: before they are stored, not when they are used. */
export function requirePossible(address: Address, secrets: Secrets): void {
  hostOf(address)
  if (address.kind === 'url') requireGoodHeaders(secrets)
  else if (address.kind === 'database') requireDatabase(address, secrets)
  else requireObjects(address, secrets)
}

function requireDatabase({ host, database, user }: AddressOf<'database'>, { password = '' }: Secrets): void {
  if (!HOST.test(host) && !IPV6.test(host))
    throw invalid('host', `“${host.slice(0, 100)}” is not a host.`, 'A name such as db.example.org or an IP address.')
  for (const [column, text] of Object.entries({ database, user, password }))
    if (CONTROL.test(text)) throw invalid(column, `The field ${column} has a control character.`, 'Text in one line.')
}

function requireObjects({ provider, endpoint, region, account, bucket }: AddressOf<'objects'>, secrets: Secrets): void {
  if (endpoint) requireEndpoint(endpoint)
  if (region && !REGION.test(region))
    throw invalid('region', `“${region}” is not a region.`, 'Letters, digits and hyphens, such as us-east-1.')
  if (!BUCKET.test(bucket) || bucket.includes('..'))
    throw invalid('bucket', `“${bucket.slice(0, 100)}” is not a bucket.`, 'Letters, digits, dots and hyphens.')
  if (provider === 'azure' && !(endpoint ? OTHER_ACCOUNT : AZURE_ACCOUNT).test(account ?? ''))
    throw invalid(
      'account',
      `“${account ?? ''}” is not a storage account.`,
      'Names of storage accounts have 3 to 24 lowercase letters and digits.',
    )
  // The key file of a service account has several lines.
  for (const [name, value] of Object.entries(secrets))
    if (name !== 'serviceAccount' && !value.trimStart().startsWith('{') && CONTROL.test(value.trim()))
      throw invalid(name, `The secret ${name.slice(0, 100)} has a control character.`, 'Text in one line.')
}

function requireEndpoint(endpoint: string): void {
  const url = URL.parse(endpoint)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || !url.hostname)
    throw invalid('endpoint', `“${endpoint.slice(0, 200)}” is not an address.`, 'Example: https://minio.example.org.')
  if (url.username || url.password || url.search || url.hash || CONTROL.test(endpoint) || /\s/.test(endpoint))
    throw invalid(
      'endpoint',
      'The endpoint has more than a host and a path.',
      'Example: https://minio.example.org. Keys have fields of their own.',
    )
}

import { createHmac } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import {
  bodyOf,
  type ObjectStore,
  requestStore,
  requireAddressable,
  requirePlain,
  type StoreInput,
} from './object-store.ts'

const VERSION = '2021-08-06'

/**
 * Azure's Shared Key: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key (version 2015-02-21 and later), for a
 * request without a body. `headers` has the x-ms ones.
 */
export function sharedKey(
  account: string,
  key: string,
  method: string,
  url: URL,
  headers: Record<string, string>,
): string {
  const named = Object.entries(headers)
    .map(([k, v]) => [k.toLowerCase(), v.trim()] as const)
    .filter(([k]) => k.startsWith('x-ms-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}:${v}\n`)
    .join('')
  const query = [...new Set([...url.searchParams.keys()])]
    .sort()
    .map(k => `\n${k.toLowerCase()}:${url.searchParams.getAll(k).sort().join(',')}`)
    .join('')
  // Method, and eleven standard headers that are not sent.
  const text = `${method}${'\n'.repeat(12)}${named}/${account}${url.pathname}${query}`
  return `SharedKey ${account}:${createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64')}`
}

interface Blob {
  Name: string
  Properties: { 'Content-Length'?: string; Etag?: string; 'Content-MD5'?: string }
}
interface ListDocument {
  EnumerationResults?: { Blobs?: { Blob?: Blob[] }; NextMarker?: string }
}
const xml = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  isArray: name => name === 'Blob',
  // A page of names may contain many &amp;, above the default limit of the parser.
  processEntities: { enabled: true, maxTotalExpansions: 100_000, maxExpandedLength: 10_000_000 },
})
const bare = (etag: string | null | undefined) => (etag ?? '').replace(/^(W\/)?"|"$/g, '')

/** Opens Azure Blob Storage with a shared access signature, an account key, or no key for public containers. */
export function azureStore({ settings, secrets, policy }: StoreInput): ObjectStore {
  const { account = '', bucket } = settings
  if (!account)
    throw new AppError('invalid', 'The storage account is missing.', { hint: 'It is the first part of the address.' })
  if (!settings.endpoint && !/^[a-z0-9]{3,24}$/.test(account))
    throw new AppError('invalid', `“${account}” is no name of a storage account.`, {
      hint: 'Such names are 3 to 24 small letters and digits.',
    })
  const place = `azure://${account}/${bucket}`
  const base = (settings.endpoint || `https://${account}.blob.core.windows.net`).replace(/\/+$/, '')
  // A key is base64 and never contains “sig=”, so a signature in the field of the key is detected.
  const given = secrets.accountKey ?? ''
  const sas = (secrets.sas || (given.includes('sig=') ? given : '')).trim().replace(/^(https:[^?]*)?\?/, '')
  const accountKey = given.includes('sig=') ? '' : given
  const request = (path: string, query: Record<string, string>, what: string, signal: AbortSignal, range?: string) => {
    const url = new URL(`${base}/${encodeURIComponent(bucket)}${path}`)
    for (const [k, v] of Object.entries(query)) url.searchParams.set(k, v)
    if (sas) for (const [k, v] of new URLSearchParams(sas)) url.searchParams.set(k, v)
    return requestStore(policy, url.href, what, { signal }, async () => {
      const headers: Record<string, string> = {
        'x-ms-date': nowDate().toUTCString(),
        'x-ms-version': VERSION,
        ...(range ? { 'x-ms-range': range } : {}),
      }
      return accountKey && !sas
        ? { ...headers, authorization: sharedKey(account, accountKey, 'GET', url, headers) }
        : headers
    })
  }
  return {
    place,
    async *list(prefix, signal) {
      let marker: string | undefined
      do {
        const query = { restype: 'container', comp: 'list', prefix, maxresults: '5000', ...(marker ? { marker } : {}) }
        const text = await (await request('', query, `${place}/${prefix}`, signal)).text()
        const page = (xml.parse(text) as ListDocument).EnumerationResults
        if (!page)
          throw new AppError('invalid', `What answers at ${base} is not Azure Blob Storage.`, {
            hint: 'Leave the endpoint empty for Azure’s own.',
          })
        for (const { Name, Properties } of page.Blobs?.Blob ?? [])
          yield {
            key: Name,
            bytes: Number(Properties['Content-Length'] ?? 0),
            etag: bare(Properties.Etag),
            md5: Properties['Content-MD5']
              ? Buffer.from(Properties['Content-MD5'], 'base64').toString('hex')
              : undefined,
          }
        marker = page.NextMarker || undefined
      } while (marker)
    },
    async read(key, { from, signal }) {
      requireAddressable(key, place)
      const what = `${place}/${key}`
      const path = `/${key.split('/').map(encodeURIComponent).join('/')}`
      const response = await request(path, {}, what, signal, from > 0 ? `bytes=${from}-` : undefined)
      return { etag: bare(response.headers.get('etag')), body: bodyOf(requirePlain(response, what)) }
    },
  }
}

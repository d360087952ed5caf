import type { SettingsOf } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'

export type Format = 'csv' | 'json' | 'ndjson' | 'parquet'

/** Returns the format of a response: as given, else by media type, name, or first bytes. */
export function formatOf(
  given: SettingsOf<'url'>['format'],
  contentType: string | null,
  pathname: string,
  head: Uint8Array,
): Format {
  if (given !== 'auto') return given
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase()
  const start = new TextDecoder().decode(head.subarray(0, 512)).trimStart()
  if (start.startsWith('PAR1')) return 'parquet'
  if (/^application\/(x-)?(ndjson|jsonl|jsonlines)$/.test(type) || /\.(ndjson|jsonl)(\.gz)?$/i.test(pathname))
    return 'ndjson'
  if (/^(application|text)\/(json|[\w.-]+\+json)$/.test(type)) return 'json'
  if (/^text\/(csv|tab-separated-values)$/.test(type) || /\.(csv|tsv|txt)(\.gz)?$/i.test(pathname)) return 'csv'
  if (/\.json(\.gz)?$/i.test(pathname)) return 'json'
  if (/^(<!doctype html|<html|<\?xml)/i.test(start) || type === 'text/html')
    throw new AppError('invalid', 'The answer is a web page, not data.', {
      hint: 'Give the address of the data itself; if it needs to be signed in to, give its key as a header.',
    })
  return /^[[{]/.test(start) ? 'json' : 'csv'
}

const isGzip = (head: Uint8Array) => head[0] === 0x1f && head[1] === 0x8b

/** Returns a file name with the extension of the format. */
export const fileNameFor = (format: Format, head: Uint8Array, base = 'download'): string =>
  `${base}.${format}${isGzip(head) ? '.gz' : ''}`

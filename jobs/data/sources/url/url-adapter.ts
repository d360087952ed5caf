import { guardedFetch } from '#server/adapters/outgoing/index.ts'
import { describeAddress, requireGoodHeaders } from '#server/data/service.ts'
import type { Secrets, SettingsOf } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { FetchContext, SourceAdapter } from '../adapter.ts'
import type { Fetched } from '../fetched.ts'
import { downloadFile } from './download-file.ts'
import { readPages } from './read-pages.ts'
import { pageAddress, requestPage } from './request-page.ts'
import { rowsOfDocument } from './rows-of-document.ts'

/** JSON up to this size is read row by row; DuckDB reads larger documents. */
const MAX_ROWWISE_BYTES = 128 * 2 ** 20

const addressOf = (settings: SettingsOf<'url'>): URL => {
  const url = URL.parse(settings.path ?? '', settings.url) ?? URL.parse(settings.url)
  if (!url) throw new AppError('invalid', `“${settings.url.slice(0, 200)}” is not an address.`)
  return url
}

async function fetchUrl(settings: SettingsOf<'url'>, secrets: Secrets, context: FetchContext): Promise<Fetched> {
  requireGoodHeaders(secrets)
  const url = addressOf(settings)
  const words = describeAddress({ kind: 'url', url: url.href })
  const result = (rows: object, files: Fetched['files'], digest: string): Fetched => ({
    files,
    digest,
    origin: { v: 1, kind: 'url', url: words, ...rows },
    words,
  })
  if (settings.pages.by === 'none') {
    const { folder, limits, line, progress, signal, policy } = context
    const response = await requestPage(url, secrets, { policy, secrets, signal, line, maxBytes: limits.maxBytes })
    const total = Number(response.headers.get('content-length')) || undefined
    const file = await downloadFile(response, folder, 'download', settings.format, bytes =>
      progress(total ? Math.min(1, bytes / total) : 0, `${bytes} bytes`),
    )
    line('info', `${words} delivered ${file.bytes} bytes of ${file.format}.`)
    if (file.bytes === 0) throw new AppError('invalid', `${words} returned an empty response.`)
    if (file.format !== 'json' || file.name.endsWith('.gz') || file.bytes > MAX_ROWWISE_BYTES)
      return result({ format: file.format }, [{ path: file.path, name: file.name }], file.digest)
    const made = await rowsOfDocument(file, settings.items, folder)
    return result({ format: 'json', rows: made.rows }, [made.file], made.digest)
  }
  const read = await readPages(url, settings, secrets, context)
  context.line('info', `${words} delivered ${read.rows} rows on ${read.pages} pages, ${read.bytes} bytes.`)
  return result({ pages: read.pages, rows: read.rows }, read.files, read.digest)
}

/** Reads files and JSON APIs over HTTP. */
export const urlAdapter: SourceAdapter<'url'> = {
  kind: 'url',
  async test(settings, secrets, policy, signal) {
    requireGoodHeaders(secrets)
    const url = addressOf(settings)
    const response = await guardedFetch(policy, url, {
      headers: { 'user-agent': 'FlexiML', ...secrets },
      signal,
      timeoutMs: 20_000,
    })
    await response.body?.cancel()
    const { status, statusText } = response
    const answer = `${pageAddress(url)} answered ${status} ${statusText}`.trim()
    if (status === 401 || status === 403 || status >= 500)
      throw new AppError('invalid', `${answer}.`, {
        hint: status >= 500 ? 'The fault is on its side; try again later.' : 'Check the headers that hold its key.',
      })
    const type = response.headers.get('content-type')?.split(';')[0]
    return response.ok
      ? `${answer}${type ? ` with ${type}` : ''}.`
      : `${answer}: it can be reached, but there are no rows at this address itself.`
  },
  fetch: fetchUrl,
}

import { createHash } from 'node:crypto'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Secrets, SettingsOf } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { FetchContext } from '../adapter.ts'
import { type Download, downloadFile } from './download-file.ts'
import { canonicalRow, findItems, flattenRow, parseJson } from './find-items.ts'
import { firstPage, nextPage } from './next-page.ts'
import { pageAddress, type RequestOptions, requestPage } from './request-page.ts'

/** A JSON page is parsed as a whole. */
const MAX_PAGE_BYTES = 128 * 2 ** 20

export interface PagesRead {
  files: { path: string; name: string }[]
  digest: string
  pages: number
  rows: number
  bytes: number
}

async function parsePage(page: Download, index: number): Promise<unknown> {
  if (page.bytes > MAX_PAGE_BYTES)
    throw new AppError(
      'too_large',
      `Page ${index + 1} has ${page.bytes} bytes of JSON; at most ${MAX_PAGE_BYTES} are read at once.`,
      {
        hint: 'Request fewer rows per page, or NDJSON or CSV.',
      },
    )
  const bytes = await readFile(page.path)
  const text = (page.name.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: MAX_PAGE_BYTES }) : bytes).toString(
    'utf8',
  )
  try {
    return parseJson(text.replace(/^\ufeff/, ''))
  } catch (cause) {
    throw new AppError('invalid', `Page ${index + 1} is not JSON: it begins with “${text.slice(0, 100)}”.`, { cause })
  }
}

/**
 * Reads all pages. JSON pages become one NDJSON file; CSV pages become one file each. Throws for a repeated page, too many pages or too many
 * bytes, because a partial table would look complete.
 */
export async function readPages(
  start: URL,
  settings: SettingsOf<'url'>,
  secrets: Secrets,
  context: FetchContext,
): Promise<PagesRead> {
  const { folder, limits, line, progress, signal, policy } = context
  const options: RequestOptions = { policy, secrets, signal, line, maxBytes: limits.maxBytes }
  const hash = createHash('sha256')
  const rowsFile = join(folder, 'rows.ndjson')
  const out = await open(rowsFile, 'w')
  const csv: { path: string; name: string }[] = []
  const visited = new Set<string>()
  let [rows, bytes, index, last] = [0, 0, 0, '']
  try {
    for (let url: URL | undefined = firstPage(start, settings.pages); url; index++) {
      if (index === limits.maxPages)
        throw new AppError('too_large', `There are more than ${limits.maxPages} pages.`, {
          hint: 'Request more rows per page.',
        })
      if (visited.has(url.href))
        throw new AppError('invalid', `Page ${index + 1} was read already: the pages form a loop.`, {
          hint: 'Check which field of the response holds the address of the next page.',
        })
      visited.add(url.href)
      // Secrets are sent only to their server, even if the next page is at another one.
      const headers = url.origin === start.origin ? secrets : {}
      let response: Response
      try {
        response = await requestPage(url, headers, { ...options, maxBytes: limits.maxBytes - bytes })
      } catch (error) {
        const gone = error instanceof AppError && error.details?.[0]?.status === 404
        // Some APIs answer 404 after the last page.
        if (settings.pages.by === 'number' && index > 0 && gone) break
        throw error
      }
      const page = await downloadFile(response, folder, `page-${index + 1}`, settings.format, () => undefined)
      bytes += page.bytes
      const same = page.bytes > 0 && page.digest === last
      last = page.digest
      let items = 0
      let document: unknown
      if (page.format === 'json') {
        document = await parsePage(page, index)
        const found = findItems(document, settings.items).map(flattenRow)
        items = found.length
        if (same && items > 0) refuseRepeated(settings, index)
        for (const row of found) hash.update(canonicalRow(row)).update('\n')
        await out.appendFile(found.map(row => `${JSON.stringify(row)}\n`).join(''))
        await rm(page.path)
      } else if (page.format === 'csv' && !page.name.endsWith('.gz')) {
        items = Math.max(
          0,
          (await readFile(page.path, 'utf8')).split(/\r\n|\n|\r/).filter(l => l.trim() !== '').length - 1,
        )
        if (same && items > 0) refuseRepeated(settings, index)
        if (items > 0 || index === 0) {
          csv.push({ path: page.path, name: page.name })
          hash.update(page.digest)
        }
      } else
        throw new AppError('invalid', `Pages of ${page.format} are not put together; pages of JSON or CSV are.`, {
          hint: 'Read it without paging, or request JSON.',
        })
      rows += items
      progress(0, `${index + 1} pages, ${rows} rows`)
      url = nextPage(settings.pages, { url, index, items, link: response.headers.get('link'), document })
    }
  } finally {
    await out.close()
  }
  if (csv.length > 0 && (await stat(rowsFile)).size > 0)
    throw new AppError('invalid', `${pageAddress(start)} answers partly with CSV and partly with JSON.`)
  if (rows === 0)
    throw new AppError('invalid', `${pageAddress(start)} answered with no rows.`, {
      hint: 'Check its parameters, and where its rows are.',
    })
  return {
    files: csv.length > 0 ? csv : [{ path: rowsFile, name: 'rows.ndjson' }],
    digest: hash.digest('hex'),
    pages: index,
    rows,
    bytes,
  }
}

function refuseRepeated(settings: SettingsOf<'url'>, index: number): never {
  const parameter =
    settings.pages.by === 'number' || settings.pages.by === 'cursor' ? settings.pages.parameter : undefined
  throw new AppError('invalid', `Page ${index + 1} is the same as page ${index}.`, {
    hint: parameter ? `The API seems not to know the parameter “${parameter}”.` : 'Check how the API gives its pages.',
  })
}

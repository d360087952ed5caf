import { createHash } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#server/kernel/errors.ts'
import type { Download } from './download-file.ts'
import { canonicalRow, findItems, flattenRow, parseJson } from './find-items.ts'

const ROWS_AT_ONCE = 5_000

/** Writes a JSON response as NDJSON, one flat row per line. */
export async function rowsOfDocument(file: Download, items: string, folder: string) {
  const text = await readFile(file.path, 'utf8')
  let document: unknown
  try {
    document = parseJson(text.replace(/^\ufeff/, ''))
  } catch (cause) {
    throw new AppError('invalid', `The answer is not JSON: it begins with “${text.slice(0, 100)}”.`, { cause })
  }
  const rows = findItems(document, items)
  if (rows.length === 0)
    throw new AppError('invalid', 'The answer has no rows.', { hint: 'Check its parameters, and where its rows are.' })
  const hash = createHash('sha256')
  const path = join(folder, 'rows.ndjson')
  const out = await open(path, 'w')
  try {
    for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) {
      const flat = rows.slice(i, i + ROWS_AT_ONCE).map(flattenRow)
      for (const row of flat) hash.update(canonicalRow(row)).update('\n')
      await out.appendFile(flat.map(row => `${JSON.stringify(row)}\n`).join(''))
    }
  } finally {
    await out.close()
  }
  await rm(file.path)
  return { file: { path, name: 'rows.ndjson' }, rows: rows.length, digest: hash.digest('hex') }
}

import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TableError } from '#tables/errors.ts'
import { failed, usage } from './failure.ts'
import { parseRows, type Row } from './parse-json-rows.ts'

export interface RowFile {
  rows: Row[]
  /** True: cells are texts of the file, not converted. */
  textual: boolean
}

/**
 * Reads rows of a file, or of standard input for `-`: everything that `data add` takes, read by the same code, with every cell of a text file
 * as written.
 */
export async function readRows(path: string, stdin: Readable): Promise<RowFile> {
  const name = path === '-' ? 'standard input' : basename(path)
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-rows-'))
  try {
    const file = path === '-' ? join(folder, 'input') : path
    if (path === '-') await pipeline(stdin, createWriteStream(file))
    await requireFile(file, path)
    const read = await readFileRows(file, name, folder)
    if (read.rows.length === 0) throw failed(`${name} has no rows.`, undefined, 'invalid')
    return read
  } catch (error) {
    if (error instanceof TableError) throw failed(error.message, error.hint, error.code)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function requireFile(file: string, path: string): Promise<void> {
  await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw usage(error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${error.code}).`)
  })
}

async function readFileRows(file: string, name: string, folder: string): Promise<RowFile> {
  // Loaded only here: the other commands need no DuckDB.
  const { openRows } = await import('#tables/read/read-rows.ts')
  const opened = await openRows({ path: file, name }, folder)
  if (opened.format === 'json') return { rows: parseRows(await readFile(opened.path, 'utf8'), name), textual: false }
  return { rows: opened.rows, textual: opened.format === 'csv' }
}

import { AppError } from '#server/kernel/errors.ts'
import type { StoredObject } from './object-store.ts'

export const MAX_FILES = 10_000
const EXAMPLES = 8

export type ObjectFormat = 'CSV' | 'JSON' | 'Parquet'
const FORMATS: [RegExp, ObjectFormat][] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'CSV'],
  [/\.(json|ndjson|jsonl)(\.gz)?$/i, 'JSON'],
  [/\.(parquet|pq)$/i, 'Parquet'],
]
const formatOf = (key: string) => FORMATS.find(([pattern]) => pattern.test(key))?.[1]
const lastName = (key: string) => key.slice(key.lastIndexOf('/') + 1)

/** Matches a pattern where `star` matches any items. Backtracks only to the last star, so it takes at most n × m steps. */
function wild<P, T>(pattern: P[], items: T[], star: (p: P) => boolean, same: (p: P, item: T) => boolean): boolean {
  let [p, i, lastStar, taken] = [0, 0, -1, 0]
  while (i < items.length) {
    if (p < pattern.length && star(pattern[p]!)) {
      lastStar = p++
      taken = i
    } else if (p < pattern.length && same(pattern[p]!, items[i]!)) {
      p++
      i++
    } else if (lastStar >= 0) {
      p = lastStar + 1
      i = ++taken
    } else return false
  }
  return pattern.slice(p).every(star)
}

const nameFits = (pattern: string, name: string) =>
  wild(
    [...pattern],
    [...name],
    c => c === '*',
    (c, at) => c === '?' || c === at,
  )

/** Matches a key: `*` and `?` within a segment, `**` across segments. A pattern without a slash matches the last segment at any depth. */
export function matcher(prefix: string, pattern: string): (key: string) => boolean {
  const parts = pattern.split('/')
  // Marker files of table writers: _SUCCESS, .part-0.crc.
  const hidden = (name: string) => /^[_.]/.test(name) && !/^[_.]/.test(lastName(pattern))
  return key => {
    if (hidden(lastName(key))) return false
    if (parts.length === 1) return nameFits(pattern, lastName(key))
    const below = key.slice(prefix.length).replace(/^\//, '')
    return wild(parts, below.split('/'), part => part === '**', nameFits)
  }
}

const byKey = (a: StoredObject, b: StoredObject) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
const examples = (keys: string[], count = keys.length) =>
  `${keys.slice(0, EXAMPLES).join(', ')}${count > EXAMPLES ? ` … (${count} in all)` : ''}`
const counted = (n: number, word: string) => `${n} ${word} ${n === 1 ? 'file' : 'files'}`

/** Returns the files of one dataset, ordered by key. Throws `invalid` if they do not form one table. */
export function chooseObjects(
  all: StoredObject[],
  { prefix, pattern }: { prefix: string; pattern: string },
  place: string,
): { files: StoredObject[]; format: ObjectFormat; skipped: string[] } {
  const where = `${place}/${prefix}`
  const fits = matcher(prefix, pattern)
  const named = all.filter(o => fits(o.key))
  const matched = named.filter(o => o.bytes > 0).sort(byKey)
  if (named.length === 0)
    throw new AppError(
      'invalid',
      all.length === 0 ? `There is nothing below ${where}.` : `Nothing below ${where} is named as ${pattern}.`,
      {
        hint:
          all.length === 0
            ? 'Check the path; capitals count, and a folder ends with a slash.'
            : `There is ${examples(
                all.map(o => o.key),
                all.length,
              )}.`,
      },
    )
  const known = matched.filter(o => formatOf(o.key))
  if (known.length === 0)
    throw new AppError('invalid', `Nothing below ${where} is a file that is read here.`, {
      hint: `CSV, TSV, JSON, NDJSON and Parquet are read, by the end of the name. There is ${examples(
        named.map(o => o.key),
        named.length,
      )}.`,
    })
  const formats = [...new Set(known.map(o => formatOf(o.key)!))].sort()
  if (formats.length > 1)
    throw new AppError(
      'invalid',
      `Below ${where} are ${formats
        .map(f => counted(known.filter(o => formatOf(o.key) === f).length, f))
        .join(' and ')}; one dataset has one kind.`,
      { hint: 'Give a pattern as *.parquet, or a longer path.' },
    )
  if (known.length > MAX_FILES)
    throw new AppError(
      'too_large',
      `Below ${where} are ${known.length} files; at most ${MAX_FILES} are read as one dataset.`,
      {
        hint: 'Give a longer path, or put small files together.',
      },
    )
  return { files: known, format: formats[0]!, skipped: matched.filter(o => !formatOf(o.key)).map(o => o.key) }
}

export const shown = examples

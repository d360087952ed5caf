import { AppError } from '#server/kernel/errors.ts'

export type Dialect = 'postgresql' | 'mysql'

const WORDS = new Set(['select', 'with', 'table', 'values'])
const HINT = 'Give one query that reads: SELECT …, WITH … SELECT …, or TABLE name.'

/** Returns the end of the quoted text, name or comment that starts at `at`, else `at`. */
function skip(sql: string, at: number, dialect: Dialect): number {
  const two = sql.slice(at, at + 2)
  const after = (end: string, from: number) => {
    const found = sql.indexOf(end, from)
    return found === -1 ? sql.length : found + end.length
  }
  if (two === '--' && (dialect === 'postgresql' || /^--(\s|$)/.test(sql.slice(at, at + 3)))) return after('\n', at)
  if (dialect === 'mysql' && sql[at] === '#') return after('\n', at)
  if (two === '/*') {
    if (dialect === 'mysql') return after('*/', at + 2)
    // Comments of PostgreSQL nest.
    let depth = 0
    for (let i = at; i < sql.length; i++) {
      const pair = sql.slice(i, i + 2)
      if (pair === '/*') depth++
      else if (pair === '*/') depth--
      else continue
      i++
      if (depth === 0) return i + 1
    }
    return sql.length
  }
  const quote = sql[at]!
  if (quote === "'" || quote === '"' || (dialect === 'mysql' && quote === '`')) {
    const escapes =
      (dialect === 'mysql' && quote !== '`') ||
      (dialect === 'postgresql' && quote === "'" && /(^|[^a-z0-9_$])e$/i.test(sql.slice(Math.max(0, at - 2), at)))
    for (let i = at + 1; i < sql.length; i++) {
      if (escapes && sql[i] === '\\') i++
      else if (sql[i] === quote) {
        if (sql[i + 1] !== quote) return i + 1
        i++
      }
    }
    return sql.length
  }
  if (dialect === 'postgresql' && quote === '$' && !/[a-z0-9_$]/i.test(sql[at - 1] ?? '')) {
    const tag = /^\$([a-z_\u0080-\uffff][a-z0-9_\u0080-\uffff]*)?\$/i.exec(sql.slice(at, at + 80))?.[0]
    if (tag) return after(tag, at + tag.length)
  }
  return at
}

/**
 * Returns the single read statement of `query` without its semicolon. This check gives early, clear errors; the server enforces it: it
 * prepares a single statement and runs it in a read-only transaction. Throws `invalid`.
 */
export function oneStatement(query: string, dialect: Dialect): string {
  let code = ''
  let end = query.length
  for (let i = 0; i < query.length; ) {
    if (dialect === 'mysql' && /^\/\*M?!/.test(query.slice(i, i + 4)))
      throw new AppError('invalid', 'The query has a comment that is run as SQL (/*! … */).', {
        hint: 'Write what is in it as a part of the query, or leave it out.',
      })
    const next = skip(query, i, dialect)
    if (next > i) {
      code += /['"`$]/.test(query[i]!) ? ' x ' : ' '
      i = next
      continue
    }
    if (query[i] === ';') {
      if (end === query.length) end = i
    } else if (end < query.length && /\S/.test(query[i]!))
      throw new AppError('invalid', 'The query has more than one statement.', { hint: HINT })
    code += query[i]
    i++
  }
  const words: string[] = code.toLowerCase().match(/[a-z_]+/g) ?? []
  const first = words[0]
  if (!first) throw new AppError('invalid', 'The query is empty.', { hint: HINT })
  if (!WORDS.has(first) || !/^[\s(]*[a-z]/i.test(code))
    throw new AppError('invalid', `The query starts with ${first.toUpperCase()}; a source only reads.`, { hint: HINT })
  // A read-only transaction of MySQL may still write a file on its server. As a name INTO is quoted in both.
  if (words.includes('into'))
    throw new AppError('invalid', 'The query writes with INTO; a source only reads.', { hint: HINT })
  return query.slice(0, end).trim()
}

/** Formats a character position (from 1) as “line 3, character 12”. */
export function placeOf(query: string, position: number): string {
  const before = query.slice(0, Math.max(0, position - 1)).split('\n')
  return `line ${before.length}, character ${before.at(-1)!.length + 1}`
}

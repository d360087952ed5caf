import { TableError } from '../errors.ts'

/** Keywords that a read-only statement may begin with. DuckDB decides about the rest, and can access nothing but the version. */
const READ_KEYWORDS = new Set(['select', 'with', 'from', 'values', 'describe', 'summarize'])

/** Strips leading whitespace, comments and opening parentheses. */
function stripped(sql: string): string {
  let text = sql.trim()
  for (;;) {
    const next = text.replace(/^(--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/|\(|\s)+/, '')
    if (next === text) return text
    text = next
  }
}

/** Throws `invalid` for statements that are clearly not queries. DuckDB's parser later checks that it is a single one. */
export function requireReadStatement(sql: string): void {
  const text = stripped(sql)
  if (text === '')
    throw new TableError('invalid', 'There is no query yet.', { hint: 'Try SELECT * FROM data LIMIT 10.' })
  if (text.includes('\0')) throw new TableError('invalid', 'The query contains a NUL character.')
  const word = /^[a-z_]+/i.exec(text)?.[0] ?? text.slice(0, 12)
  if (!READ_KEYWORDS.has(word.toLowerCase()))
    throw new TableError('invalid', `“${word.toUpperCase()}” is not allowed: only SELECT and WITH … SELECT run here.`, {
      hint: 'A version never changes. To keep a result, save it as a new version.',
    })
}

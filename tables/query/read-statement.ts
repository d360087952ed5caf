import { TableError } from '../errors.ts'

/** Words that a question begins with. What they mean beyond that DuckDB decides, which may touch nothing but the version. */
const QUESTIONS = new Set(['select', 'with', 'from', 'values', 'describe', 'summarize'])

/** The statement from its first word on, and without the semicolon at its end. */
function stripped(sql: string): string {
  let text = sql.trim()
  for (;;) {
    const next = text.replace(/^(--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/|\(|\s)+/, '')
    if (next === text) return text
    text = next
  }
}

/** Throws `invalid` for what is plainly no question. That it is a single one, DuckDB's own parser says later. */
export function requireQuestion(sql: string): void {
  const text = stripped(sql)
  if (text === '')
    throw new TableError('invalid', 'There is no query yet.', { hint: 'Try SELECT * FROM data LIMIT 10.' })
  if (text.includes('\0')) throw new TableError('invalid', 'The query contains a NUL character.')
  const word = /^[a-z_]+/i.exec(text)?.[0] ?? text.slice(0, 12)
  if (!QUESTIONS.has(word.toLowerCase()))
    throw new TableError(
      'invalid',
      `“${word.toUpperCase()}” is no question: only SELECT and WITH … SELECT are run here.`,
      {
        hint: 'A version never changes. To keep an answer, save it as a new version.',
      },
    )
  // Its output would be a file.
  if (/\benable_logging\b/i.test(text)) throw new TableError('invalid', 'Logging cannot be turned on by a query.')
}

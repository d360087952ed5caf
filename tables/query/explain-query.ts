import type { QueryFault } from './contract.ts'

const KIND = /^(?:Failed to extract statements: )?(\w+(?: \w+)?) Error: ([\s\S]*)$/
const PLACE = /\n+LINE (\d+): (.*)\n(\s*)\^[\s\S]*$/

/** Returns what the user can do about an error, by DuckDB's error kind and message. */
function hintOf(kind: string, message: string): string | undefined {
  if (/file system operations are disabled|Permission/.test(`${kind} ${message}`))
    return 'A query reads the version in view and nothing else: its rows are the table data.'
  if (/Table with name .* does not exist/.test(message)) return 'The rows of the version are the table data.'
  if (/extension/i.test(message)) return 'Extensions are not loaded here.'
  if (kind === 'Conversion') return 'TRY_CAST(… AS …) gives NULL for cells that do not fit.'
  if (/ambiguous/i.test(message)) return 'Write the table before the column: d.rentals.'
  return undefined
}

/** Finds the error position: DuckDB truncates long lines with dots, so the excerpt is located in the statement. */
function placeOf(sql: string, message: string): { line: number; column: number } | undefined {
  const match = PLACE.exec(message)
  if (!match) return undefined
  const line = Number(match[1])
  const shown = match[2]!
  const at = match[3]!.length - `LINE ${line}: `.length
  if (at < 0) return undefined
  const text = sql.split('\n')[line - 1] ?? ''
  if (text === shown || !shown.startsWith('...')) return { line, column: at + 1 }
  const piece = shown.replace(/^\.\.\.|\.\.\.$/g, '')
  const from = text.indexOf(piece)
  return from < 0 ? { line, column: 1 } : { line, column: from + at - 3 + 1 }
}

/** Returns DuckDB's error message and position without the parts meant for programmers. */
export function explainQuery(sql: string, error: string): QueryFault {
  const place = placeOf(sql, error)
  const [, kind = '', rest = error] = KIND.exec(error.replace(PLACE, '')) ?? []
  if (/^Out of Memory/.test(kind) || /Out of Memory/.test(error))
    return {
      message: 'The query needs more memory than a query may have.',
      hint: 'Filter rows, choose fewer columns, or group before you join.',
    }
  const [first = '', ...more] = rest.trim().split('\n')
  const candidates = /Candidate (?:bindings|functions)?:? ?(.*)/.exec(more.join('\n'))?.[1]
  const meant = /Did you mean "(.+?)"/.exec(more.join('\n'))?.[1]
  return {
    message: first,
    hint:
      hintOf(kind, rest) ?? (candidates ? `There is ${candidates}.` : meant ? `Did you mean “${meant}”?` : undefined),
    ...place,
  }
}

import type { CommonColumn } from './compare-schemas.ts'
import type { DiffResult } from './contract.ts'

const whole = (n: number) => n.toLocaleString('en')
const list = (names: readonly string[]) =>
  `${names
    .slice(0, 5)
    .map(n => `“${n}”`)
    .join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`

export function repeatedNote(
  key: readonly string[],
  repeated: { before: number; after: number },
  before: string,
  after: string,
): string {
  const times = [
    repeated.before > 0 ? `${whole(repeated.before)} in ${before}` : '',
    repeated.after > 0 ? `${whole(repeated.after)} in ${after}` : '',
  ].filter(Boolean)
  return `${list(key)} does not name rows one by one: values that come more than once: ${times.join(', ')}. So whole rows were compared; a changed row counts as one removed and one added.`
}

export function schemaNotes(
  schema: DiffResult['schema'],
  common: readonly CommonColumn[],
  before: { rows: number; label: string },
  after: { rows: number; label: string },
): string[] {
  const notes: string[] = []
  if (before.rows === 0 || after.rows === 0)
    notes.push(
      `${before.rows === 0 ? before.label : after.label} has no rows: nothing can be said about how columns are spread.`,
    )
  const oneSided = schema.added.length + schema.removed.length
  if (oneSided > 0 && common.length > 0)
    notes.push(
      `Rows are compared by the ${whole(common.length)} ${common.length === 1 ? 'column' : 'columns'} of both; ${list([...schema.added, ...schema.removed])} of one version only do not count.`,
    )
  const asWritten = common.filter(c => c.as === 'words' && (c.before.stored ?? 'words') !== (c.after.stored ?? 'words'))
  if (asWritten.length > 0)
    notes.push(`${list(asWritten.map(c => c.name))} changed its kind and is compared as it is written.`)
  return notes
}

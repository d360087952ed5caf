import { nameList } from '../contract.ts'
import type { CommonColumn } from './compare-schemas.ts'
import type { DiffNote, DiffResult } from './contract.ts'

export function schemaNotes(
  schema: DiffResult['schema'],
  common: readonly CommonColumn[],
  before: { rows: number; label: string },
  after: { rows: number; label: string },
): DiffNote[] {
  const notes: DiffNote[] = []
  if (before.rows === 0 || after.rows === 0)
    notes.push({ code: 'no-rows', facts: { version: before.rows === 0 ? before.label : after.label } })
  const oneSided = [...schema.added, ...schema.removed]
  if (oneSided.length > 0 && common.length > 0)
    notes.push({ code: 'columns-left-out', facts: { compared: common.length, columns: nameList(oneSided) } })
  const asText = common.filter(c => c.as === 'words' && (c.before.stored ?? 'words') !== (c.after.stored ?? 'words'))
  if (asText.length > 0) notes.push({ code: 'compared-as-text', facts: { columns: nameList(asText.map(c => c.name)) } })
  return notes
}

import { nameList, type VersionColumn } from '../contract.ts'
import type { IngestNote } from '../read/contract.ts'

const MAX_TYPE_CHANGES = 20

/** Returns what changed between the columns of two versions. `version`: the label of the earlier one. */
export function compareSchemas(version: string, before: VersionColumn[], after: VersionColumn[]): IngestNote[] {
  const old = new Map(before.map(c => [c.name, c]))
  const next = new Set(after.map(c => c.name))
  const removed = before.filter(c => !next.has(c.name)).map(c => c.name)
  const added = after.filter(c => !old.has(c.name)).map(c => c.name)
  const changed = after.filter(c => old.has(c.name) && old.get(c.name)!.type !== c.type)
  const notes: IngestNote[] = []
  if (removed.length > 0) notes.push({ code: 'columns-removed', facts: { columns: nameList(removed), version } })
  if (added.length > 0) notes.push({ code: 'columns-added', facts: { columns: nameList(added), version } })
  for (const { name, type } of changed.slice(0, MAX_TYPE_CHANGES))
    notes.push({
      code: 'type-changed',
      facts: { column: name, before: old.get(name)!.type, after: type, version },
    })
  const more = changed.length - MAX_TYPE_CHANGES
  if (more > 0) notes.push({ code: 'more-types-changed', facts: { columns: more, version } })
  return notes
}

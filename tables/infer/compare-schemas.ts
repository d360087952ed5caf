import type { VersionColumn } from '../contract.ts'

const list = (names: string[]) =>
  `${names
    .slice(0, 8)
    .map(n => `“${n}”`)
    .join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`

/** What changed between the columns of two versions, in sentences. */
export function compareSchemas(label: string, before: VersionColumn[], after: VersionColumn[]): string[] {
  const old = new Map(before.map(c => [c.name, c]))
  const next = new Map(after.map(c => [c.name, c]))
  const gone = before.filter(c => !next.has(c.name)).map(c => c.name)
  const fresh = after.filter(c => !old.has(c.name)).map(c => c.name)
  const changed = after.filter(c => old.has(c.name) && old.get(c.name)!.type !== c.type)
  return [
    ...(gone.length > 0 ? [`Unlike ${label}, there is no ${list(gone)}.`] : []),
    ...(fresh.length > 0 ? [`New since ${label}: ${list(fresh)}.`] : []),
    ...changed.slice(0, 20).map(c => `${c.name}: was ${old.get(c.name)!.type} in ${label}, is ${c.type} now.`),
    ...(changed.length > 20 ? [`${changed.length - 20} more columns changed their type since ${label}.`] : []),
  ]
}

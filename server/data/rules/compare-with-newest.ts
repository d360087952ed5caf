import { nameList, type VersionColumn } from '#tables/contract.ts'
import type { SchemaChange } from '../previews/contract.ts'

interface Table {
  rows: number
  schema: readonly VersionColumn[]
}

/** Smaller differences of the missing share are sampling noise of the first rows. */
const MISSING_SHARE_STEP = 0.02
/** A range may be exceeded by this share of its width before it is listed. */
const RANGE_SLACK = 0.1

const shareMissing = (column: VersionColumn, rows: number) => (rows === 0 ? 0 : column.missing / rows)

function compareMissing(before: VersionColumn, after: VersionColumn, rows: [number, number]): SchemaChange[] {
  const [was, is] = [shareMissing(before, rows[0]), shareMissing(after, rows[1])]
  const first = was === 0 && is > 0
  if (!first && Math.abs(is - was) < MISSING_SHARE_STEP) return []
  return [{ code: 'missing-share', facts: { column: after.name, before: was, after: is } }]
}

/** Lists levels that the newest version does not have; nothing if its list of levels was cut. */
function compareLevels(before: VersionColumn, after: VersionColumn): SchemaChange[] {
  const { domain: known } = before
  if (!Array.isArray(known) || !Array.isArray(after.domain) || known.length < before.distinct) return []
  const set = new Set(known)
  const values = after.domain.filter(level => !set.has(level))
  if (values.length === 0) return []
  return [{ code: 'new-categories', facts: { column: after.name, known: known.length, values: nameList(values) } }]
}

function compareRange(before: VersionColumn, after: VersionColumn): SchemaChange[] {
  const [was, is] = [before.domain, after.domain]
  if (!was || !is || Array.isArray(was) || Array.isArray(is)) return []
  const slack = RANGE_SLACK * (was.max - was.min)
  if (is.min >= was.min - slack && is.max <= was.max + slack) return []
  return [{ code: 'range-exceeded', facts: { column: after.name, before: was, after: is } }]
}

/**
 * Returns how a file differs from the newest version of its dataset: columns, types, categories, ranges and missing shares. Removed
 * categories are not listed, because a file may have been read in part.
 */
export function compareWithNewest(before: Table, after: Table): SchemaChange[] {
  const old = new Map(before.schema.map(c => [c.name, c]))
  const next = new Set(after.schema.map(c => c.name))
  const removed = before.schema.filter(c => !next.has(c.name))
  return [
    ...removed.map(
      ({ name, type, role }): SchemaChange => ({ code: 'column-removed', facts: { column: name, type, role } }),
    ),
    ...after.schema.flatMap((column): SchemaChange[] => {
      const known = old.get(column.name)
      if (!known) return [{ code: 'column-new', facts: { column: column.name, type: column.type } }]
      const missing = compareMissing(known, column, [before.rows, after.rows])
      if (known.type !== column.type && column.type !== 'constant')
        return [
          { code: 'type-changed', facts: { column: column.name, before: known.type, after: column.type } },
          ...missing,
        ]
      return [...compareLevels(known, column), ...compareRange(known, column), ...missing]
    }),
  ]
}

import { type ColumnDecision, nameList, READABLE_AS, type VersionColumn } from '../contract.ts'
import type { ContractBreak } from './contract.ts'
import { type ColumnFacts, sqlStoredAs } from './infer-column.ts'

/** Merges decisions; later ones override earlier ones field by field. */
export function mergeDecisions(earlier: ColumnDecision[], later: ColumnDecision[]): ColumnDecision[] {
  const merged = new Map(earlier.map(d => [d.name, d]))
  for (const decision of later) {
    const set = Object.fromEntries(Object.entries(decision).filter(([, value]) => value !== undefined))
    const next: ColumnDecision = { ...merged.get(decision.name), ...set, name: decision.name }
    const before = merged.get(decision.name)
    // A range does not apply to a category, nor levels to a number.
    if ((decision.type && before?.type !== decision.type && decision.domain === undefined) || decision.domain === null)
      delete next.domain
    // Neither does a format of numbers to text.
    if (decision.type && before?.type !== decision.type && decision.format === undefined) delete next.format
    merged.set(decision.name, next)
  }
  // Only one target and one time are possible: the newest decision has it.
  const newest = new Map<string, string>()
  for (const d of later) if (d.role === 'target' || d.role === 'time') newest.set(d.role, d.name)
  return [...merged.values()].map(d => {
    const holder = d.role && newest.get(d.role)
    return holder && holder !== d.name ? { ...d, role: 'feature' as const } : d
  })
}

/** Checks an existing version by its schema alone; values outside a domain were found at ingestion. */
export const breaksOfSchema = (decisions: ColumnDecision[], schema: VersionColumn[], rows: number): ContractBreak[] =>
  checkContract(
    decisions.filter(d => schema.some(c => c.name === d.name)).map(d => ({ ...d, type: undefined, domain: undefined })),
    schema.map(c => ({
      name: c.name,
      sqlType: 'VARCHAR',
      rows,
      missing: c.missing,
      distinct: c.distinct,
      min: null,
      max: null,
      meanLength: null,
      levels: [],
      counting: false,
    })),
    schema,
  )

/** Returns where a version differs from the decisions about its dataset's columns. The version is kept. */
export function checkContract(
  decisions: ColumnDecision[],
  facts: ColumnFacts[],
  schema: VersionColumn[],
): ContractBreak[] {
  const byName = new Map(facts.map(f => [f.name, f]))
  const types = new Map(schema.map(c => [c.name, c.type]))
  return decisions.flatMap((decision): ContractBreak[] => {
    const { name: column, type, role, nullable, domain } = decision
    const f = byName.get(column)
    if (!f) return [{ code: 'column-absent', facts: { column, decided: type ?? role ?? null } }]
    const breaks: ContractBreak[] = []
    const holds = sqlStoredAs(f.sqlType)
    const readable = !type || READABLE_AS[holds].includes(type) || f.missing === f.rows
    if (!readable) breaks.push({ code: 'type-differs', facts: { column, decided: type, holds } })
    if (nullable === false && f.missing > 0)
      breaks.push({ code: 'has-missing', facts: { column, missing: f.missing, rows: f.rows } })
    if (!domain || !readable) return breaks
    return [...breaks, ...checkDomain(f, domain, types.get(column) === 'category')]
  })
}

function checkDomain(
  f: ColumnFacts,
  domain: NonNullable<ColumnDecision['domain']>,
  isCategory: boolean,
): ContractBreak[] {
  const { name: column, levels, distinct, min, max } = f
  if (Array.isArray(domain)) {
    const allowed = new Set(domain)
    const others = levels.filter(l => !allowed.has(l))
    if (others.length > 0)
      return [{ code: 'values-not-allowed', facts: { column, values: nameList(others), allowed: domain.length } }]
    if (levels.length === 0 && distinct > domain.length)
      return [{ code: 'too-many-values', facts: { column, distinct, allowed: domain.length } }]
    return []
  }
  if (isCategory || min === null || max === null || (min >= domain.min && max <= domain.max)) return []
  return [{ code: 'out-of-range', facts: { column, min, max, allowed: domain } }]
}

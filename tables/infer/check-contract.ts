import { type ColumnDecision, READABLE_AS, type VersionColumn } from '../contract.ts'
import { type ColumnFacts, sqlStoredAs } from './infer-column.ts'

const MOST_NAMED = 4
const number = (n: number) => n.toLocaleString('en', { maximumSignificantDigits: 6 })
const words = (list: string[]) =>
  `${list
    .slice(0, MOST_NAMED)
    .map(w => `“${w}”`)
    .join(', ')}${list.length > MOST_NAMED ? ` and ${list.length - MOST_NAMED} more` : ''}`

/** Later decisions over earlier ones, field by field. */
export function mergeDecisions(earlier: ColumnDecision[], later: ColumnDecision[]): ColumnDecision[] {
  const merged = new Map(earlier.map(d => [d.name, d]))
  for (const decision of later) {
    const set = Object.fromEntries(Object.entries(decision).filter(([, value]) => value !== undefined))
    const next: ColumnDecision = { ...merged.get(decision.name), ...set, name: decision.name }
    const before = merged.get(decision.name)
    // The range says nothing about a category, nor the levels about a number.
    if ((decision.type && before?.type !== decision.type && decision.domain === undefined) || decision.domain === null)
      delete next.domain
    merged.set(decision.name, next)
  }
  // There is one target and one time: the newest decision has it.
  const newest = new Map<string, string>()
  for (const d of later) if (d.role === 'target' || d.role === 'time') newest.set(d.role, d.name)
  return [...merged.values()].map(d => {
    const holder = d.role && newest.get(d.role)
    return holder && holder !== d.name ? { ...d, role: 'feature' as const } : d
  })
}

/** The same for a version that is there already, as far as its schema tells: which values are outside was told when it was read. */
export const breaksOfSchema = (decisions: ColumnDecision[], schema: VersionColumn[], rows: number): string[] =>
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

/** Where a version differs from what persons decided about the dataset, in sentences. The version is kept. */
export function checkContract(decisions: ColumnDecision[], facts: ColumnFacts[], schema: VersionColumn[]): string[] {
  const breaks: string[] = []
  const byName = new Map(facts.map(f => [f.name, f]))
  const columns = new Map(schema.map(c => [c.name, c]))
  for (const decision of decisions) {
    const { name, type, nullable, domain } = decision
    const f = byName.get(name)
    if (!f) {
      breaks.push(`“${name}” is decided as ${type ?? decision.role ?? 'a column'} but is not there.`)
      continue
    }
    const readable = !type || READABLE_AS[sqlStoredAs(f.sqlType)].includes(type) || f.missing === f.rows
    if (!readable) breaks.push(`“${name}” is decided as ${type} but holds ${HOLDS[sqlStoredAs(f.sqlType)]}.`)
    if (nullable === false && f.missing > 0)
      breaks.push(
        `“${name}” may not be empty, but ${number(f.missing)} of ${number(f.rows)} cells ${f.missing === 1 ? 'is' : 'are'}.`,
      )
    if (!domain || !readable) continue
    if (Array.isArray(domain)) {
      const allowed = new Set(domain)
      const others = f.levels.filter(l => !allowed.has(l))
      if (others.length > 0)
        breaks.push(
          `“${name}” has ${words(others)}, which ${others.length === 1 ? 'is' : 'are'} not among the ${domain.length} decided.`,
        )
      else if (f.levels.length === 0 && f.distinct > domain.length)
        breaks.push(`“${name}” has ${number(f.distinct)} different values; ${domain.length} are decided.`)
    } else if (columns.get(name)?.type !== 'category' && f.min !== null && f.max !== null) {
      if (f.min < domain.min || f.max > domain.max)
        breaks.push(
          `“${name}” reaches from ${number(f.min)} to ${number(f.max)}; decided is ${number(domain.min)} to ${number(domain.max)}.`,
        )
    }
  }
  return breaks
}

const HOLDS = {
  number: 'numbers',
  integer: 'whole numbers',
  boolean: 'true and false',
  datetime: 'dates',
  words: 'words',
} as const

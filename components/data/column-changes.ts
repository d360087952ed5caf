import { useCallback, useState } from 'react'
import type { ColumnDecision, VersionColumn } from '#server/data/contract.ts'

export type ColumnChange = Omit<ColumnDecision, 'name'>

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Unsaved changes of a schema. There is one target and one timestamp column: the previous one becomes a feature. */
export function useColumnChanges(schema: VersionColumn[], initial: Record<string, ColumnChange> = {}) {
  const [changes, setChanges] = useState<Record<string, ColumnChange>>(initial)
  const change = (name: string, next: ColumnChange) =>
    setChanges(before => {
      const after = { ...before, [name]: { ...before[name], ...next } }
      if (next.role === 'target' || next.role === 'time')
        for (const c of schema)
          if (c.name !== name && (after[c.name]?.role ?? c.role) === next.role)
            after[c.name] = { ...after[c.name], role: 'feature' }
      return after
    })
  /** Columns that differ from the schema. */
  const decisions: ColumnDecision[] = schema.flatMap(c => {
    const { type, role, nullable, domain, format } = changes[c.name] ?? {}
    const decision: ColumnDecision = {
      name: c.name,
      ...(type !== undefined && type !== c.type ? { type } : {}),
      ...(role !== undefined && role !== c.role ? { role } : {}),
      ...(nullable !== undefined && nullable !== c.nullable ? { nullable } : {}),
      ...(domain !== undefined && !same(domain, c.domain) ? { domain } : {}),
      ...(format !== undefined && !same(format, c.format) ? { format } : {}),
    }
    return Object.keys(decision).length > 1 ? [decision] : []
  })
  const [invalid, setInvalid] = useState<readonly string[]>([])
  /** Marks a column whose field holds text that cannot be read. */
  const mark = useCallback(
    (name: string, isInvalid: boolean) =>
      setInvalid(before =>
        before.includes(name) === isInvalid ? before : isInvalid ? [...before, name] : before.filter(n => n !== name),
      ),
    [],
  )
  return { changes, change, decisions, invalid, mark, undo: () => setChanges({}) }
}

/** The decisions that change how cells are read, without roles and domains: the first rows are read again under these. */
export const rereadDecisions = (decisions: readonly ColumnDecision[]): ColumnDecision[] =>
  decisions.flatMap(({ name, type, format }) => (format ? [{ name, ...(type ? { type } : {}), format }] : []))

const number = (text: string) => {
  const n = Number(text.trim().replace('−', '-'))
  return text.trim() !== '' && Number.isFinite(n) ? n : undefined
}

export const formatDomain = (domain: VersionColumn['domain'] | null): string =>
  domain == null
    ? ''
    : Array.isArray(domain)
      ? domain.map(w => (w.includes(',') ? JSON.stringify(w) : w)).join(', ')
      : `${domain.min} to ${domain.max}`

/** `0 to 100` for numbers, `a, b, "c, d"` for words. Empty: null, the domain is open. undefined: cannot be read. */
export function readDomain(text: string, numeric: boolean): ColumnDecision['domain'] {
  if (text.trim() === '') return null
  if (numeric) {
    const [low, high, more] = text.split(/\bto\b|…/)
    const [min, max] = [number(low ?? ''), number(high ?? '')]
    return more === undefined && min !== undefined && max !== undefined && min <= max ? { min, max } : undefined
  }
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)]
    .map(m => (m[1] ?? m[2] ?? '').replace(/\\(.)/g, '$1').trim())
    .filter(w => w !== '')
  return words.length > 0 ? [...new Set(words)] : undefined
}

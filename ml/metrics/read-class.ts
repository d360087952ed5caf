import { trimCell } from '../cells/column-format.ts'
import { toBoolean } from '../frame/cell.ts'

/**
 * Returns a function that reads a cell as the code of a class: by name (white space around it does not count, nor case where only one class
 * fits), by number (`1.0` is `1`), or as a truth value where the classes are two truth values. Undefined: not a class.
 */
export function createClassReader(classes: readonly string[]): (value: unknown) => number | undefined {
  const codes = new Map(classes.map((name, code) => [name, code]))
  const trimmed = uniqueCodes(classes.map(trimCell))
  const folded = uniqueCodes(classes.map(name => trimCell(name).toLowerCase()))
  const numbers = uniqueCodes(classes.map(name => (name.trim() === '' ? Number.NaN : Number(name))))
  const truths = uniqueCodes(classes.map(name => toBoolean(name)))
  const areTruths = classes.length === 2 && truths.has(0) && truths.has(1)
  return value => {
    if (value === null || value === undefined) return undefined
    const written = String(value)
    const exact = codes.get(written)
    if (exact !== undefined) return exact
    const text = trimCell(written)
    const named = trimmed.get(text) ?? folded.get(text.toLowerCase())
    if (named !== undefined) return named
    const number = text === '' || typeof value === 'boolean' ? Number.NaN : Number(text)
    const numbered = Number.isNaN(number) ? undefined : numbers.get(number)
    return numbered ?? (areTruths ? truths.get(toBoolean(typeof value === 'string' ? text : value)) : undefined)
  }
}

/** Codes by key; keys of several classes, and NaN, are left out. */
function uniqueCodes<K>(keys: readonly K[]): Map<K, number> {
  const codes = new Map<K, number>()
  const twice = new Set<K>()
  for (const [code, key] of keys.entries()) {
    if (codes.has(key)) twice.add(key)
    codes.set(key, code)
  }
  for (const key of [...twice, ...[...codes.keys()].filter(Number.isNaN)]) codes.delete(key)
  return codes
}

import { EngineError } from '../errors.ts'

export const refuse = (what: string) =>
  new EngineError('lightgbm', `This LightGBM model cannot be used: ${what}.`, 'Save it with Booster.save_model.')

export type Fields = ReadonlyMap<string, string>

/** Reads the header and one section per tree, as `key=value`. */
export function readSections(text: string): Fields[] {
  const lines = text.split('\n')
  if (lines[0]?.trim() !== 'tree') throw refuse('it does not begin as one')
  const sections: Map<string, string>[] = [new Map()]
  let complete = false
  for (const raw of lines.slice(1)) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (line === 'end of trees') {
      complete = true
      break
    }
    const equals = line.indexOf('=')
    const key = equals < 0 ? line : line.slice(0, equals)
    if (key === 'Tree') sections.push(new Map())
    else if (key !== '') sections.at(-1)!.set(key, equals < 0 ? '' : line.slice(equals + 1))
  }
  if (!complete) throw refuse('its end is missing')
  return sections
}

export function need(fields: Fields, key: string): string {
  const value = fields.get(key)
  if (value === undefined) throw refuse(`“${key}” is missing`)
  return value
}

export function wholeNumber(fields: Fields, key: string): number {
  const value = Number(need(fields, key))
  if (!Number.isInteger(value) || value < 0 || value > 1e7) throw refuse(`“${key}” is no sensible number`)
  return value
}

/** Reads exactly `length` numbers from one line. */
export function numbers(fields: Fields, key: string, length: number, whole = false): Float64Array {
  const words = need(fields, key).split(' ')
  if (words.length !== length) throw refuse(`“${key}” has ${words.length} numbers where ${length} belong`)
  return Float64Array.from(words, word => {
    let value = word === '' ? Number.NaN : Number(word)
    if (word === 'inf' || word === '-inf') value = word === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    if (Number.isNaN(value) || (whole && !Number.isInteger(value)))
      throw refuse(`“${key}” holds “${word.slice(0, 40)}”`)
    return value
  })
}

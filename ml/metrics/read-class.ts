const WORDS = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
])

/** Returns a function that reads a cell as the code of a class: by name, as a truth value, or by number (`1.0` is `1`). Undefined: not a class. */
export function createClassReader(classes: readonly string[]): (value: unknown) => number | undefined {
  const codes = new Map(classes.map((name, code) => [name, code]))
  const byNumber = new Map(classes.map((name, code) => [name.trim() === '' ? Number.NaN : Number(name), code]))
  return value => {
    const exact = codes.get(String(value))
    if (exact !== undefined) return exact
    const truth = typeof value === 'boolean' ? value : WORDS.get(String(value).trim().toLowerCase())
    if (truth !== undefined) return codes.get(String(truth)) ?? codes.get(truth ? '1' : '0')
    const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)
    return Number.isNaN(number) ? undefined : byNumber.get(number)
  }
}

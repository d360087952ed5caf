import { AppError } from '#server/kernel/errors.ts'

export interface ModelRef {
  name: string
  /** A version's number, an alias, or the newest. */
  at: { number: number } | { alias: string } | 'latest'
}

/** Parses `demand`, `demand@3`, `demand@v3`, `demand@champion`. Throws `bad_request`. */
export function parseModelRef(text: string): ModelRef {
  const [name, at, ...rest] = text.split('@')
  if (!name || rest.length > 0 || at === '')
    throw new AppError('bad_request', `“${text}” is not a model reference.`, {
      hint: 'Use name, name@3 or name@champion.',
    })
  if (at === undefined || at === 'latest') return { name, at: 'latest' }
  const number = /^v?([1-9]\d{0,8})$/.exec(at)?.[1]
  return { name, at: number ? { number: Number(number) } : { alias: at } }
}

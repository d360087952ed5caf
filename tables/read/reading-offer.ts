import { type ReadingOffer, readingOptions } from './contract.ts'

const PREFIX = 'reading_option'

/** Writes an offer as the reason code of a failure: `reading_option:skipBadLines:3`. */
export const offerCode = ({ option, value }: ReadingOffer): string =>
  [PREFIX, option, ...(value === undefined ? [] : [value])].join(':')

/** Reads an offer from a reason code; null for any other code. */
export function offerOf(code: string | null | undefined): ReadingOffer | null {
  const [prefix, name, value] = (code ?? '').split(':')
  const option = readingOptions.keyof().options.find(key => key === name)
  if (prefix !== PREFIX || !option) return null
  return value === undefined ? { option } : { option, value: Number(value) }
}

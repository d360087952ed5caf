const WORD = /[\p{L}\p{N}_]{2,}/gu
const ASCII_WORD = /[a-z0-9_]{2,}/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII is what is meant
const ASCII = /^[\x00-\x7f]*$/

/** Words of two or more letters, digits or underscores, in lower case: scikit-learn's default `token_pattern`, `(?u)\b\w\w+\b`. */
export function tokenize(text: string): readonly string[] {
  const lower = text.toLowerCase()
  return lower.match(ASCII.test(lower) ? ASCII_WORD : WORD) ?? []
}

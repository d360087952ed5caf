import { MIN_PASSWORD } from '../contract.ts'

/** Common passwords that satisfy the length rule. */
const COMMON = [
  'password',
  'passwort',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'zxcvbnm',
  'letmein',
  'welcome',
  'admin',
  'administrator',
  'changeme',
  'iloveyou',
  'fleximl',
  'secret',
  'monkey',
  'dragon',
  'abcdefghijklmnopqrstuvwxyz',
]

/** Removes digits, punctuation and repetition: `Password1234!` becomes `password`. */
const core = (password: string) => password.toLowerCase().replace(/[^\p{L}]/gu, '')

const isRun = (password: string) => {
  const codes = [...password].map(c => c.codePointAt(0)!)
  return [-1, 0, 1].some(step => codes.every((code, i) => i === 0 || code - codes[i - 1]! === step || code === 0x30))
}

/** Returns true if the text is one short piece, repeated: `abcabcabcabc`. */
const isRepeated = (text: string) => {
  for (let size = 1; size <= 4; size++)
    if (
      text ===
      text
        .slice(0, size)
        .repeat(Math.ceil(text.length / size))
        .slice(0, text.length)
    )
      return true
  return false
}

/** Returns why the password is refused, or undefined. Checks length and common passwords, not character classes (NIST SP 800-63B). */
export function passwordProblem(password: string, email: string): string | undefined {
  if ([...password].length < MIN_PASSWORD) return `Use at least ${MIN_PASSWORD} characters; several words work well.`
  const text = password.toLowerCase()
  const address = email.toLowerCase()
  const name = address.split('@')[0]!
  if (text === address || core(password) === core(address) || (name.length > 3 && core(password) === core(name)))
    return 'The password must not be the e-mail address.'
  const letters = core(password)
  const common = COMMON.some(word => letters === word || letters === word.repeat(2) || letters === word.repeat(3))
  if (common || isRun(password) || isRepeated(text)) return 'This password is too common; choose another.'
  return undefined
}

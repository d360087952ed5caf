/**
 * The rule for names that people give (projects, persons, tokens, features): what two people see as different names are different texts, and
 * nothing in a name is invisible. Whole names in any script are names.
 */

/** Invisible or able to change how the rest is shown: control and format characters, line separators, fillers, private use. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u
const OTHER_SPACE = /[^\S ]/u
const JOINING_SCRIPTS = ['Arabic', 'Devanagari', 'Bengali', 'Malayalam', 'Kannada', 'Sinhala']
const joining = `[${JOINING_SCRIPTS.map(script => `\\p{Script=${script}}`).join('')}]`
const emoji = '\\p{Extended_Pictographic}'
/** Joiners where they are seen: in emoji of several parts (👩‍🔬, ❤️), and between two letters of Persian and Indic words. */
const JOINED = new RegExp(
  [
    `(?<=${emoji}|\\p{Emoji_Modifier}|\\ufe0f)\\u200d(?=${emoji})`,
    `(?<=${emoji}|[0-9#*])\\ufe0f`,
    `(?<=${joining})(?:\\u200c|\\u200d)(?=${joining})`,
  ].join('|'),
  'gu',
)

/** Greek letters that look like Latin ones; the others are common beside Latin letters (Δt, λmax, μm). */
const GREEK_LOOKALIKES = /[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανικοορτυχγϲϳϐςϹ]/u

const SCRIPTS = {
  Latin: /\p{Script=Latin}/u,
  Greek: /\p{Script=Greek}/u,
  /** Written together in Japanese, Chinese and Korean. */
  EastAsian: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u,
  Arabic: /\p{Script=Arabic}/u,
  Hebrew: /\p{Script=Hebrew}/u,
  Thai: /\p{Script=Thai}/u,
  Devanagari: /\p{Script=Devanagari}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
} as const
type Script = keyof typeof SCRIPTS | 'other'
/** Their letters look like no Latin letter. */
const BESIDE_LATIN: ReadonlySet<Script> = new Set(['EastAsian', 'Arabic', 'Hebrew', 'Thai', 'Devanagari'])

const WORDS = /[\p{L}\p{M}]+/gu
const names = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[]

function scriptsOf(word: string): Set<Script> {
  const found = new Set<Script>()
  for (const letter of word) {
    // Marks and letters of no script of their own (ª, ー) belong to any.
    if (!/\p{L}/u.test(letter) || /[\p{Script=Common}\p{Script=Inherited}]/u.test(letter)) continue
    found.add(names.find(name => SCRIPTS[name].test(letter)) ?? 'other')
  }
  return found
}

/** Returns whether a word mixes letters of scripts that look alike, so that it can pass for another word. */
function isDisguised(word: string): boolean {
  const scripts = scriptsOf(word)
  if (scripts.size <= 1) return false
  if (scripts.size > 2 || !scripts.delete('Latin')) return true
  const [other] = scripts
  return other === 'Greek' ? GREEK_LOOKALIKES.test(word) : !BESIDE_LATIN.has(other!)
}

/** Returns whether a text has characters that are not seen. */
export const hasHidden = (text: string): boolean => HIDDEN.test(text.replace(JOINED, ''))

/** Returns what is wrong with a name, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (/[/\\]/.test(name)) return 'No slashes.'
  if (hasHidden(name) || OTHER_SPACE.test(name)) return 'No line breaks, control characters or invisible characters.'
  const disguised = name.match(WORDS)?.find(isDisguised)
  return disguised === undefined
    ? undefined
    : `“${disguised}” mixes letters of several alphabets that look alike. Write each word in one alphabet.`
}

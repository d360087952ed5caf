import type { DiffFacts } from '#tables/diff/contract.ts'
import { formatWhole, listNames } from '../message-text.ts'
import type { StoredDiffNote } from './contract.ts'

const MESSAGES: { [C in keyof DiffFacts]: (facts: DiffFacts[C]) => string } = {
  'no-common-columns': () => 'The versions have no column in common: every row counts as removed or added.',
  'key-repeats': ({ key, before, after }) => {
    const where = [before, after]
      .filter(side => side.repeated > 0)
      .map(side => `${formatWhole(side.repeated)} ${side.repeated === 1 ? 'value' : 'values'} in ${side.version}`)
    return `${listNames(key)} is not a unique key: ${where.join(' and ')} occur more than once. Whole rows were compared instead; a changed row counts as one removed and one added.`
  },
  'no-rows': ({ version }) => `${version} has no rows: distributions cannot be compared.`,
  'columns-left-out': ({ compared, columns }) =>
    `Rows are compared by the ${formatWhole(compared)} ${compared === 1 ? 'column' : 'columns'} of both versions; ${listNames(columns)} of one version only ${columns.total === 1 ? 'is' : 'are'} left out.`,
  'compared-as-text': ({ columns }) =>
    `${listNames(columns)} changed type and ${columns.total === 1 ? 'is' : 'are'} compared as text.`,
}

/** Returns the sentence of a note. Notes stored before codes and facts keep their text. */
export function describeDiffNote(note: StoredDiffNote): string {
  if ('legacyText' in note) return note.legacyText
  return (MESSAGES[note.code] as (facts: typeof note.facts) => string)(note.facts)
}

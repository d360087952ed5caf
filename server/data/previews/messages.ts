import { formatWhole, listNames, quoteName } from '../message-text.ts'
import type { ChangeFacts, SchemaChange, ShownChange } from './contract.ts'

const four = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const percent = (share: number) =>
  share === 0 ? 'none' : share < 0.0005 ? '< 0.1 %' : `${four.format(Number((100 * share).toFixed(1)))} %`
/** Values of cells are written in full: a rounded one is not in the file. */
const full = new Intl.NumberFormat('en', { maximumFractionDigits: 20 })
const cell = (n: number) => (Math.abs(n) < 1e15 && (n === 0 || Math.abs(n) >= 1e-6) ? full.format(n) : String(n))
const range = ({ min, max }: { min: number; max: number }) => `${cell(min)} to ${cell(max)}`

type Text = Pick<ShownChange, 'what' | 'before' | 'after'>

const CHANGES: { [C in keyof ChangeFacts]: (facts: ChangeFacts[C]) => Text } = {
  'column-new': ({ type }) => ({ what: 'new column', before: 'absent', after: type }),
  'column-removed': ({ type, role }) => ({
    what: 'removed column',
    before: role === 'feature' ? type : `${type}, ${role}`,
    after: 'absent',
  }),
  'type-changed': ({ before, after }) => ({ what: 'type', before, after }),
  'new-categories': ({ known, values }) => ({
    what: values.total === 1 ? 'new category' : 'new categories',
    before: known === 1 ? '1 category' : `${formatWhole(known)} categories`,
    after: values.total === 1 ? quoteName(values.names[0] ?? '') : listNames(values),
  }),
  'missing-share': ({ before, after }) => ({ what: 'missing', before: percent(before), after: percent(after) }),
  'range-exceeded': ({ before, after }) => ({ what: 'range', before: range(before), after: range(after) }),
}

/** Returns a difference with its text: what differs, before and after. */
export function describeChange(change: SchemaChange): ShownChange {
  const text = (CHANGES[change.code] as (facts: SchemaChange['facts']) => Text)(change.facts)
  return { code: change.code, column: change.facts.column, facts: change.facts, ...text }
}

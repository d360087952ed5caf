import type { Outage, OutageCode, OutageFacts } from './contract.ts'

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 })
const seconds = (ms: number) => `${number.format(ms / 1000)} s`
const rowsText = (rows: number) => (rows === 1 ? 'one row' : `${number.format(rows)} rows`)

type Messages = { [C in OutageCode]: (facts: OutageFacts[C]) => string }

const MESSAGES: Messages = {
  'out-of-memory': ({ limitMb }) => `it needed more than its ${number.format(limitMb)} MB of memory`,
  'deadline-exceeded': ({ limitMs, rows }) => `it did not answer ${rowsText(rows)} within ${seconds(limitMs)}`,
  'start-timeout': ({ limitMs }) => `it was not loaded and warmed up within ${seconds(limitMs)}`,
  'process-crashed': ({ times, detail }) => `its process ended ${times} times: ${detail}`,
  'over-budget': ({ neededMb, budgetMb }) =>
    `it needs ${number.format(neededMb)} MB of memory, and all models together may use ${number.format(budgetMb)} MB`,
  'start-failed': ({ detail }) => `it could not be loaded: ${detail}`,
}

/** The reason as a clause: “out of traffic: it needed …”. */
export const describeOutage = ({ code, facts }: Outage): string =>
  (MESSAGES[code] as (facts: Outage['facts']) => string)(facts)

export const OUTAGE_HINT =
  'Promote another version, or try this one again on the page of the endpoint or with `fleximl model retry`.'

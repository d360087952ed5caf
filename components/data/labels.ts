import type { CheckCounts, DatasetSummary, LeakCounts } from '#server/data/contract.ts'
import { formatCount } from '../ui/format.ts'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

export const formatCell = (n: number | string | null) =>
  n === null
    ? '–'
    : typeof n === 'string'
      ? n
      : Math.abs(n) >= 1e12
        ? n.toExponential(3)
        : (Number.isInteger(n) ? whole : short).format(n)
export const formatShareOf = (part: number, all: number) => {
  const share = all === 0 ? 0 : (100 * part) / all
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`
}

/** A dataset's name from a file's: `Bike sharing (hour).csv.gz` → `Bike-sharing-hour`. */
export const nameFromFile = (fileName: string) =>
  fileName
    .replace(/(\.(csv|tsv|txt|json|ndjson|jsonl|parquet|xlsx|gz|zst|zip))+$/i, '')
    .replace(/[^a-zA-Z0-9_.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+|-+$/g, '')
    .slice(0, 100)

export interface QualityMark {
  state: string
  label: string
  /** The tab that shows it. */
  tab: 'quality' | 'leaks' | 'profile'
}

/** Expectations of a version in a few words; nothing checked is never an all-clear. */
export function describeChecks({ state, total, failing, blocking }: CheckCounts): QualityMark {
  const mark = (look: string, label: string): QualityMark => ({ state: look, label, tab: 'quality' })
  if (state === 'none') return mark('unknown', 'no checks')
  if (state === 'unchecked') return mark('unknown', 'not checked yet')
  if (state === 'checking') return mark('running', 'checking')
  if (state === 'failed') return mark('failed', 'check failed')
  if (failing === 0) return mark('ok', `${formatCount(total, 'check')} pass${total === 1 ? 'es' : ''}`)
  return mark(
    blocking > 0 ? 'failed' : 'warn',
    `${failing} of ${formatCount(total, 'check')} fail${failing === 1 ? 's' : ''}`,
  )
}

/** Leaks of the target in a few words; null: there is no target to check. */
export function describeLeakCounts({ state, found }: LeakCounts): QualityMark | null {
  const mark = (look: string, label: string): QualityMark => ({ state: look, label, tab: 'leaks' })
  if (state === 'checked') return found > 0 ? mark('warn', formatCount(found, 'leak finding')) : null
  return state === 'failed' ? mark('failed', 'leak check failed') : null
}

/** What speaks against a version, worst first; the state of its checks when nothing does. */
export function qualityMarks(d: Pick<DatasetSummary, 'checks' | 'leaks' | 'warnings'>): QualityMark[] {
  const checks = describeChecks(d.checks)
  const leaks = describeLeakCounts(d.leaks)
  const warnings: QualityMark[] =
    d.warnings.length > 0 ? [{ state: 'warn', label: formatCount(d.warnings.length, 'warning'), tab: 'profile' }] : []
  const found = [...(['failed', 'warn'].includes(checks.state) ? [checks] : []), ...(leaks ? [leaks] : []), ...warnings]
  return found.length > 0 ? found : [checks]
}

import type { NumberFormat } from '#ml/cells/column-format.ts'
import { compileNumberReader } from '#ml/cells/read-number.ts'

/** Cells that are alike but for their digits, without white space at the ends. */
export interface CellGroup {
  /** The first and the last of them in the order of their characters. */
  texts: readonly string[]
  cells: number
}

export interface NumberFit {
  format: NumberFormat
  /** Cells that are numbers under the format. */
  cells: number
  whole: boolean
  /** Another format fits as many cells and reads other values: `1.234`. */
  other?: NumberFormat
}

const CURRENCIES =
  '$ € £ ¥ ₹ ₽ ₩ ₺ ₫ ₪ ₴ ₦ ฿ ₱ R$ US$ A$ C$ HK$ NZ$ S$ kr kr. zł Kč Ft lei Fr. Fr SFr. Rs Rs. AUD BRL CAD CHF CLP CNY COP CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR'
const UNITS =
  'kg g mg µg t lb lbs oz km m cm mm µm nm mi ft in yd km/h kmh mph m/s kn l L ml mL cl dl gal h hr hrs min mins s sec secs ms µs d day days week weeks month months yr yrs year years Jahre Monate Tage Stunden °C °F ° C° F° K W kW MW GW Wh kWh MWh GWh V kV mV A mA Hz kHz MHz GHz B KB kB MB GB TB KiB MiB GiB bit kbit Mbit Gbit bps kbps Mbps Gbps bar mbar hPa Pa kPa psi px pt pcs pc Stk Stk. Stück St. m² m2 qm m³ m3 cm² cm³ ha km² sqm sqft sq ft ft² acres acre ppm ppb dB dBm mol mmol mmol/l mg/dl mg/l g/l kg/m² W/m² W/m2 kcal cal kJ J N Nm rpm bpm mmHg % pp bp x times persons people rooms units items ‰'
const before = new Set(CURRENCIES.toLowerCase().split(' '))
const after = new Set(`${CURRENCIES} ${UNITS} sq ft`.toLowerCase().split(' '))

const SPACES = '[ \\u00a0\\u2007\\u2009\\u202f]*'
const GENERIC = new RegExp(
  `^(\\()?${SPACES}([-+−])?${SPACES}([^0-9.,()+%−\\s-][^0-9()+−-]{0,5}?)?${SPACES}(\\(|[-+−])?${SPACES}` +
    `((?:[0-9][0-9.,'’_ \\u00a0\\u2007\\u2009\\u202f]*[0-9]|[0-9]|[.,][0-9]+)(?:[.,][-–—]{1,2}|[.,](?![0-9]))?(?:[eE][+-]?[0-9]+)?)` +
    `${SPACES}([-−])?${SPACES}(%)?${SPACES}([^0-9.,'’()%+−\\s-][^()]{0,11}?)?${SPACES}(\\))?$`,
)

const MARKS: [NumberFormat['decimal'], NumberFormat['group']][] = [
  ['.', undefined],
  ['.', ','],
  ['.', "'"],
  ['.', ' '],
  ['.', '_'],
  [',', undefined],
  [',', '.'],
  [',', "'"],
  [',', ' '],
]

const tally = (counts: Map<string, number>, key: string | undefined, cells: number) => {
  if (key !== undefined && key !== '') counts.set(key, (counts.get(key) ?? 0) + cells)
}
const most = (counts: Map<string, number>) => [...counts].sort((a, b) => b[1] - a[1])[0]

/** Returns the parts of a number that occur in the cells, apart from its marks. */
function decorationsOf(groups: readonly CellGroup[]): Omit<NumberFormat, 'decimal' | 'group'> {
  const [prefixes, suffixes] = [new Map<string, number>(), new Map<string, number>()]
  const found: Omit<NumberFormat, 'decimal' | 'group'> = {}
  for (const { texts, cells } of groups) {
    const match = GENERIC.exec(texts[0]!)
    if (!match) continue
    const [, open, , prefix, inner, body, trailing, percent, suffix, close] = match
    if (prefix && before.has(prefix.trim().toLowerCase())) tally(prefixes, prefix.trim(), cells)
    if (suffix && after.has(suffix.trim().toLowerCase())) tally(suffixes, suffix.trim(), cells)
    if ((open || inner === '(') && close) found.brackets = true
    if (/[.,][-–—]{1,2}$/.test(body!)) found.dash = true
    if (trailing) found.trailingMinus = true
    if (percent) found.percent = 'keep'
  }
  const [front, back] = [most(prefixes), most(suffixes)]
  if (front && (!back || front[1] >= back[1])) found.unit = { text: front[0], at: 'before' }
  else if (back) found.unit = { text: back[0], at: 'after' }
  return found
}

const partsOf = (format: NumberFormat) => Object.values(format).filter(v => v !== undefined).length

/**
 * Returns the one way of writing numbers under which most cells are numbers. Where two ways fit and give other values, `decimal` (of other
 * columns or an earlier version) decides; without it the point is the decimal mark.
 */
export function fitNumbers(groups: readonly CellGroup[], decimal?: NumberFormat['decimal']): NumberFit | undefined {
  if (!groups.some(g => /[0-9]/.test(g.texts[0]!))) return undefined
  const decorations = decorationsOf(groups)
  const marks = groups.map(g => g.texts[0]!.replace(/[^.,'’_ \u00a0\u2007\u2009\u202f]/g, '')).join('')
  const has = (mark: string) =>
    (mark === "'" ? /['’]/ : mark === ' ' ? /[ \u00a0\u2007\u2009\u202f]/ : undefined)?.test(marks) ??
    marks.includes(mark)
  const fits = MARKS.filter(([d, g]) => (d === '.' || has(',') || g === '.') && (g === undefined || has(g))).map(
    ([d, g]) => {
      const format: NumberFormat = { decimal: d, ...(g ? { group: g } : {}), ...decorations }
      const read = compileNumberReader(format)
      const values = groups.map(group => {
        const [first, ...rest] = group.texts.map(read)
        return rest.some(Number.isNaN) ? Number.NaN : first!
      })
      const cells = groups.reduce((sum, group, i) => sum + (Number.isNaN(values[i]) ? 0 : group.cells), 0)
      return { format, values, cells }
    },
  )
  const best = Math.max(...fits.map(f => f.cells))
  if (!(best > 0)) return undefined
  const equal = fits.filter(f => f.cells === best).sort((a, b) => partsOf(a.format) - partsOf(b.format))
  const differs = (a: (typeof fits)[number], b: (typeof fits)[number]) =>
    a.values.some((v, i) => !Object.is(v, b.values[i]) && !(Number.isNaN(v) && Number.isNaN(b.values[i])))
  // Between a decimal comma and a comma that groups, `1,234` is a number of thousands where the point is the decimal mark.
  const wanted = equal.filter(f => f.format.decimal === (decimal ?? '.'))
  const chosen = wanted.find(f => !wanted.some(o => o !== f && partsOf(o.format) < partsOf(f.format))) ?? equal[0]!
  const other = equal.find(f => differs(f, chosen))
  const whole = groups.every((g, i) => Number.isNaN(chosen.values[i]) || g.texts.every(t => isWhole(t, chosen.format)))
  return {
    format: simplest(chosen.format, groups, chosen.cells),
    cells: best,
    whole,
    ...(other ? { other: other.format } : {}),
  }
}

/** A number without decimals, exponent and percent sign. */
export function isWhole(text: string, { decimal, group, percent }: NumberFormat): boolean {
  if (percent === 'divide' || /[0-9][eE][+-]?[0-9]/.test(text)) return false
  const marks = text.replace(/[^0-9.,]/g, '')
  return group !== undefined || decimal === ',' ? !marks.includes(decimal) : !marks.includes('.')
}

/** Leaves out parts that no cell needs. */
function simplest(format: NumberFormat, groups: readonly CellGroup[], cells: number): NumberFormat {
  let kept = format
  for (const part of ['trailingMinus', 'brackets', 'dash', 'percent', 'unit', 'group'] as const) {
    if (kept[part] === undefined) continue
    const { [part]: _, ...without } = kept
    const read = compileNumberReader(without)
    const left = groups.reduce((sum, g) => sum + (g.texts.some(t => Number.isNaN(read(t))) ? 0 : g.cells), 0)
    if (left === cells) kept = without
  }
  return kept
}

const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

export const valueWords = (n: number | null | undefined) => (n === null || n === undefined ? '–' : short.format(n))
/** The same on the server and in the browser, whatever their zones. */
export const timeWords = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
export const millisecondsWords = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

const LOWER = /(rmse|mae|mse|mape|loss|brier|error|deviance)/i
const HIGHER = /(r2|auc|accuracy|f1|precision|recall|kappa|mcc|score)/i

/** Which way a metric points, by its name; undefined when the name does not say. */
export const betterWhen = (metric: string): 'lower' | 'higher' | undefined =>
  LOWER.test(metric) ? 'lower' : HIGHER.test(metric) ? 'higher' : undefined

export type Comparison = 'better' | 'worse' | 'same' | 'differs' | 'unknown'

/** A challenger's value beside the champion's. Point values only: whether the difference is real is Evaluation's to say. */
export function compareMetric(
  metric: string,
  champion: number | null | undefined,
  challenger: number | null | undefined,
): Comparison {
  if (champion === null || champion === undefined || challenger === null || challenger === undefined) return 'unknown'
  if (champion === challenger) return 'same'
  const way = betterWhen(metric)
  if (!way) return 'differs'
  return challenger < champion === (way === 'lower') ? 'better' : 'worse'
}

/** The sentence at the top of a model's page. */
export function modelSentence(champion: number | undefined, newest: number, behind: number): string {
  if (champion === undefined) return `No version answers yet; v${newest} is the newest.`
  if (champion === newest) return `v${champion} answers; it is the newest version.`
  if (champion > newest) return `v${champion} answers.`
  return `v${champion} answers; ${behind === 1 ? `v${newest} is newer` : `${behind} versions are newer, v${newest} the newest`}.`
}

import { type BundleManifest, createClassReader } from '#ml/index.ts'

/** A labeled prediction as numbers: the true value or class code, and the predicted value or probabilities. */
export interface Labelled {
  truth: number
  predicted: number[]
}

/**
 * Converts a prediction and its label to the target of the model: a number, or a class by name, by number (`1.0` is `1`) or as a boolean.
 * Returns null if either cannot be converted; such a row does not count as labeled.
 *
 * `classesThen` are the classes of the version that predicted: another version may order them differently.
 */
export function createTruthReader(bundle: Pick<BundleManifest, 'task' | 'classes'>) {
  const classes = bundle.classes ?? []
  const codes = new Map(classes.map((name, code) => [name, code]))
  const codeOf = createClassReader(classes)

  return (
    row: { prediction: unknown; probabilities: number[] | null; actual: unknown },
    classesThen: readonly string[] = classes,
  ): Labelled | null => {
    if (row.actual === null || row.actual === undefined) return null
    if (bundle.task === 'regression') {
      const [truth, predicted] = [toNumber(row.actual), toNumber(row.prediction)]
      return Number.isFinite(truth) && Number.isFinite(predicted) ? { truth, predicted: [predicted] } : null
    }
    const truth = codeOf(row.actual)
    if (truth === undefined) return null
    const predicted = new Array<number>(classes.length).fill(0)
    if (row.probabilities?.length === classesThen.length) {
      for (const [k, name] of classesThen.entries()) {
        const code = codes.get(name)
        if (code !== undefined) predicted[code] = row.probabilities[k]!
      }
      return { truth, predicted }
    }
    const answered = codeOf(row.prediction)
    if (answered === undefined) return null
    predicted[answered] = 1
    return { truth, predicted }
  }
}

const toNumber = (value: unknown): number => {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

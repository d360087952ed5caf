import { columnOf, rawCell } from '../explain/columns.ts'
import { type Frame, takeRows } from '../frame/frame.ts'
import { getMetric, metricInterval } from '../metrics/registry.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { createYielder } from '../trainers/types.ts'
import { type AttackMethod, attack } from './adversarial.ts'
import { deviationOf, disturb, disturbances } from './disturb.ts'
import { describeRobustness } from './sentence.ts'
import type { DisturbanceId, RobustnessCurve, RobustnessPoint, Subject, WorstExample } from './types.ts'

export type RobustnessRequest = Subject & {
  /** Default: all that apply to a column of the frame. */
  disturbances?: readonly DisturbanceId[]
  /** Method of the adversarial search; see `attackFor(model.trainer)`. */
  attackMethod: AttackMethod
  /** Rows used, a seeded sample of more. Default 1000, for adversarial rows a fifth. */
  rows?: number
  seed: number
  signal: AbortSignal
  now(): number
}

const ADVERSARIAL = {
  id: 'adversarial',
  label: 'Adversarial',
  unit: 'standard deviations by which an opponent may move every number',
  strengths: [0.05, 0.1, 0.25, 0.5],
} as const
const MAX_EXAMPLES = 5

/** Gradients are informative where predictions are smooth. */
export function attackFor(trainerId: string): AttackMethod {
  return /linear|mlp|logistic|network/.test(trainerId) ? 'gradient' : 'search'
}

/**
 * Measures how the metric falls as the rows get worse: one curve per disturbance, from strength 0 (unchanged rows) up, each with its
 * interval over rows and the rows that changed most. The same request gives the same curves.
 */
export async function measureRobustness(request: RobustnessRequest): Promise<RobustnessCurve[]> {
  const yieldIfDue = createYielder(request)
  const most = request.rows ?? 1000
  const wanted = request.disturbances
  const curves: RobustnessCurve[] = []
  const subject = sampleSubject(request, most, request.seed)
  for (const disturbance of disturbances) {
    if (wanted && !wanted.includes(disturbance.id)) continue
    const touches = subject.columns.some(name => disturbance.types.includes(columnOf(subject.frame, name).type))
    if (!touches) continue
    const worse = async (strength: number) => {
      await yieldIfDue()
      return disturb(subject.frame, subject.columns, disturbance, strength, request.seed)
    }
    curves.push(await curveOf(subject, disturbance, worse, request.seed))
  }
  const numbers = subject.columns.some(name => columnOf(subject.frame, name).type === 'number')
  if (numbers && (!wanted || wanted.includes('adversarial'))) {
    const few = sampleSubject(request, Math.ceil(most / 5), request.seed)
    const worse = (strength: number) =>
      attack(few, strength, { method: request.attackMethod, seed: request.seed, yieldIfDue })
    curves.push(await curveOf(few, ADVERSARIAL, worse, request.seed))
  }
  return curves
}

type Sampled = Subject & { rowsOf: Int32Array }

function sampleSubject(subject: Subject, most: number, seed: number): Sampled {
  const all = Int32Array.from({ length: subject.frame.rows }, (_, i) => i)
  const rowsOf =
    all.length <= most ? all : createRandom(deriveSeed(seed, 'robustness rows')).shuffle(all).slice(0, most).sort()
  const { truth, weights } = subject.scored
  return {
    ...subject,
    frame: takeRows(subject.frame, rowsOf),
    scored: {
      ...subject.scored,
      truth: Float64Array.from(rowsOf, row => truth[row]!),
      ...(weights ? { weights: Float64Array.from(rowsOf, row => weights[row]!) } : {}),
    },
    rowsOf,
  }
}

type Kind = { id: DisturbanceId; label: string; unit: string; strengths: readonly number[] }

async function curveOf(
  subject: Sampled,
  kind: Kind,
  worse: (strength: number) => Promise<Frame>,
  seed: number,
): Promise<RobustnessCurve> {
  const points: RobustnessPoint[] = []
  const before = subject.predictFrame(subject.frame)
  let last: { frame: Frame; predicted: Float64Array } = { frame: subject.frame, predicted: before }
  for (const strength of [0, ...kind.strengths]) {
    if (strength > 0) {
      const frame = await worse(strength)
      last = { frame, predicted: subject.predictFrame(frame) }
    }
    const { value, low, high } = metricInterval(
      subject.metric,
      { ...subject.scored, predicted: last.predicted },
      deriveSeed(seed, 'robustness intervals'),
    )
    points.push({ strength, value, low, high })
  }
  return {
    disturbance: kind.id,
    label: kind.label,
    unit: kind.unit,
    metric: subject.metric,
    rows: subject.frame.rows,
    points,
    worst: worstExamples(subject, before, last),
    sentence: describeRobustness(getMetric(subject.metric), kind, points),
  }
}

function worstExamples(
  subject: Sampled,
  before: Float64Array,
  after: { frame: Frame; predicted: Float64Array },
): WorstExample[] {
  const { truth, classCount, task } = subject.scored
  const own = (predicted: Float64Array, i: number) =>
    task === 'regression' ? predicted[i]! : predicted[i * classCount + truth[i]!]!
  /** Increase of the row's prediction error. */
  const harm = (i: number) => {
    const [was, is] = [own(before, i), own(after.predicted, i)]
    return task === 'regression' ? Math.abs(is - truth[i]!) - Math.abs(was - truth[i]!) : was - is
  }
  const harms = Float64Array.from(truth, (_, i) => harm(i))
  const rows = [...harms.keys()].filter(i => harms[i]! > 0).sort((a, b) => harms[b]! - harms[a]! || a - b)
  return rows.slice(0, MAX_EXAMPLES).map(i => ({
    row: subject.rowsOf[i]!,
    truth: truth[i]!,
    before: own(before, i),
    after: own(after.predicted, i),
    changes: changesOf(subject, after.frame, i),
  }))
}

function changesOf(subject: Subject, after: Frame, row: number): WorstExample['changes'] {
  return subject.columns
    .flatMap(name => {
      const column = columnOf(subject.frame, name)
      const [from, to] = [rawCell(column, row), rawCell(columnOf(after, name), row)]
      if (from === to) return []
      const moved =
        typeof from === 'number' && typeof to === 'number' && column.type === 'number'
          ? Math.abs(to - from) / (deviationOf(column.values) || 1)
          : 1
      return [{ column: name, from, to, moved }]
    })
    .sort((a, b) => b.moved - a.moved || (a.column < b.column ? -1 : 1))
    .slice(0, MAX_EXAMPLES)
    .map(({ column, from, to }) => ({ column, from, to }))
}

import {
  applicableParameters,
  canonicalJson,
  createRandom,
  deriveSeed,
  type ParameterDescriptor,
  type Parameters,
  resolveParameters,
  type Task,
  type Trainer,
} from '#ml/index.ts'

/** The part of a trainer that planning needs; AutoML is planned like one. */
export type Learner = Pick<Trainer, 'id' | 'tasks' | 'parameters' | 'defaultSettings'>

export interface PlannedRun {
  trainer: string
  /** Name of the suggested setting; `random` for a sampled one. */
  setting: string
  /** All parameters that apply to the task, including defaults. */
  params: Parameters
}

/** How often a repeated sample is drawn again: small spaces have few points. */
const DRAWS = 20

/**
 * Plans the runs of an experiment: the trainers' suggested settings in turn (best of each first), then, up to `trials`, sampled settings.
 * The same arguments give the same list.
 */
export function scheduleRuns(
  trainers: readonly Learner[],
  task: Task,
  shape: { rows: number; cols: number },
  options: { trials?: number; seed: number },
): PlannedRun[] {
  const { trials, seed } = options
  const planned: PlannedRun[] = []
  const known = new Set<string>()
  const add = (trainer: Learner, setting: string, given: Parameters): boolean => {
    const params = applicableParameters(trainer.parameters, task, resolveParameters(trainer.parameters, given))
    const key = canonicalJson({ trainer: trainer.id, params })
    if (known.has(key)) return false
    known.add(key)
    planned.push({ trainer: trainer.id, setting, params })
    return true
  }
  const suggested = trainers.map(trainer => trainer.defaultSettings(task, shape))
  const rounds = Math.max(0, ...suggested.map(list => list.length))
  for (let round = 0; round < rounds; round++)
    for (const [t, trainer] of trainers.entries()) {
      const setting = suggested[t]![round]
      if (setting) add(trainer, setting.name, setting.parameters)
    }
  if (trials === undefined) return planned
  const searched = trainers.filter(trainer => trainer.parameters.some(p => 'search' in p && p.search))
  const random = createRandom(deriveSeed(seed, 'trials'))
  for (let turn = 0, dry = 0; planned.length < trials && searched.length > 0 && dry < searched.length; turn++) {
    const trainer = searched[turn % searched.length]!
    let added = false
    for (let draw = 0; draw < DRAWS && !added; draw++)
      added = add(
        trainer,
        'random',
        samplePoint(trainer.parameters, () => random.next()),
      )
    dry = added ? 0 : dry + 1
  }
  return planned.slice(0, trials)
}

/** Samples one point of the space, log scales evenly in the logarithm. Parameters without a range keep their default. */
function samplePoint(descriptors: readonly ParameterDescriptor[], next: () => number): Parameters {
  const point: Parameters = {}
  for (const d of descriptors) {
    if (d.kind === 'list') {
      if (d.search) point[d.name] = [...d.search.choices[Math.floor(next() * d.search.choices.length)]!]
      continue
    }
    if ((d.kind !== 'number' && d.kind !== 'integer') || !d.search) continue
    const { low, high } = d.search
    const drawn = d.scale === 'log' ? low * (high / low) ** next() : low + (high - low) * next()
    // Three digits: a setting that a person can read and type.
    point[d.name] = d.kind === 'integer' ? Math.round(drawn) : Number(drawn.toPrecision(3))
  }
  return point
}

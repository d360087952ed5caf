import { authorize, type Caller } from '#server/access/caller.ts'
import { type DatasetVersion, versionById, versionOf } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { compareScores, describeRun, findOrigin, judgePair, notCompared } from '#server/training/service.ts'
import type { ComparedSide, EvaluationStarted, ModelComparison } from './contract.ts'
import { startEvaluation } from './start-evaluation.ts'
import { findNewestOf } from './store.ts'

export interface ComparisonInput {
  /** Run of the reference, and the run that is judged against it. */
  base: string
  other: string
  /** Default: the version that `other` was trained on. */
  data?: string
}

interface Side extends ComparedSide {
  runId: string
  scores: string | null
  /** True: it is not known which of the rows the model was trained on. */
  isUnsure: boolean
}

/**
 * Compares the models of two runs on the rows of a dataset version that both were measured on and neither was trained on. Its verdicts are
 * `unknown` until both are evaluated there. Throws `not_found`.
 */
export async function compareModels(kernel: Kernel, caller: Caller, input: ComparisonInput): Promise<ModelComparison> {
  await authorize(kernel, caller, 'evaluation:read')
  const { scope } = caller
  const { version, sides } = await findSides(kernel, scope, input)
  const described = {
    dataset: version?.datasetName ?? null,
    version: version?.number ?? null,
    base: shown(sides[0]),
    other: shown(sides[1]),
  }
  const ended = (code: Parameters<typeof notCompared>[0]): ModelComparison => ({
    ...described,
    state: 'unknown',
    ...notCompared(code),
  })
  if (!version) return ended('other_data')
  if (sides.some(side => side.state === 'queued' || side.state === 'running'))
    return { ...ended('not_evaluated'), state: 'running' }
  const [base, other] = sides.map(side => side.scores)
  if (!base || !other) return ended('not_evaluated')
  if (sides.some(side => side.isUnsure)) return ended('unknown_training_rows')
  const [compared] = await compareScores(kernel, scope, base, [other])
  const judged = judgePair(compared, { sameRows: false })
  return { ...described, state: judged.code === null ? 'compared' : 'unknown', ...judged }
}

const shown = ({ run, runName, source, state, evaluation }: Side): ComparedSide => ({
  run,
  runName,
  source,
  state,
  evaluation,
})

async function findSides(kernel: Kernel, scope: ProjectScope, { base, other, data }: ComparisonInput) {
  const runs = await Promise.all([describeRun(kernel, scope, base), describeRun(kernel, scope, other)])
  const version = data ? await versionOf(kernel, scope, data) : await trainedVersion(kernel, scope, runs[1].id)
  const sides = await Promise.all(runs.map(run => findSide(kernel, scope, run, version)))
  return { version, sides: sides as [Side, Side], runs }
}

async function trainedVersion(kernel: Kernel, scope: ProjectScope, runId: string): Promise<DatasetVersion | undefined> {
  const id = (await findOrigin(kernel.db, scope, runId))?.datasetVersionId
  if (!id) return undefined
  return versionById(kernel, scope, id).catch(error => {
    // A deleted version has no rows to compare on.
    if (error instanceof AppError && error.code === 'not_found') return undefined
    throw error
  })
}

/** Finds what a model predicted on a version: on its validation rows if it was trained there, else in an evaluation. */
async function findSide(
  kernel: Kernel,
  scope: ProjectScope,
  run: Awaited<ReturnType<typeof describeRun>>,
  version: DatasetVersion | undefined,
): Promise<Side> {
  const side = { runId: run.id, run: run.run, runName: run.name, evaluation: null, scores: null, isUnsure: false }
  if (!version) return { ...side, source: null, state: null }
  const origin = await findOrigin(kernel.db, scope, run.id)
  if (origin?.datasetVersionId === version.id && origin.scores)
    return { ...side, source: 'validation', state: 'succeeded', scores: origin.scores.digest }
  const found = await findNewestOf(kernel.db, scope, run.id, version.id)
  if (!found) return { ...side, source: null, state: null }
  const { id, state, result } = found
  return {
    ...side,
    source: 'evaluation',
    state,
    evaluation: id,
    scores: state === 'succeeded' ? (result.scores?.digest ?? null) : null,
    isUnsure: state === 'succeeded' && result.rowsSeen == null,
  }
}

/** Evaluates those of both models that have no predictions on the version. Throws as `startEvaluation`. */
export async function evaluateBoth(
  kernel: Kernel,
  caller: Caller,
  input: ComparisonInput,
): Promise<{ dataset: string; version: number; started: EvaluationStarted[] }> {
  await authorize(kernel, caller, 'evaluation:write')
  const { version, sides } = await findSides(kernel, caller.scope, input)
  if (!version)
    throw new AppError('invalid', 'The run was not trained on a dataset version that exists.', {
      hint: 'Choose the version to compare on.',
    })
  const started: EvaluationStarted[] = []
  for (const side of sides) {
    if (side.scores || side.state === 'queued' || side.state === 'running') continue
    started.push(
      await startEvaluation(kernel, caller, { run: side.runId, data: `${version.datasetName}@${version.number}` }),
    )
  }
  return { dataset: version.datasetName, version: version.number, started }
}

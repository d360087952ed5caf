import { automl, defaultMetric, getMetric, listTrainers, type Parameters, type Task, unknownColumns } from '#ml/node.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { type DatasetVersion, type Override, recipeOf, requireUsableVersion, versionOf } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Link } from '#server/platform/links.ts'
import { lockProject } from '#server/platform/projects.ts'
import { COMMAND_TRAINER, planCommand } from './command.ts'
import type { Decisions, ExperimentDetail, LaunchInput } from './contract.ts'
import { experimentLaunched } from './events.ts'
import { inEngineWords, inspectTarget, requireColumn } from './inspect-target.ts'
import { trainRunJob } from './jobs.ts'
import { showExperiment } from './read-experiments.ts'
import { chooseColumns, chooseSplit, type SplitKind } from './rules/choose-columns.ts'
import {
  isNumeric,
  lastClass,
  requireLearnable,
  requirePositive,
  suggestPositive,
  suggestTask,
} from './rules/decide-task.ts'
import { type Learner, type PlannedRun, scheduleRuns } from './rules/schedule-runs.ts'
import { type ExperimentRow, findExperiment, insertExperiment, insertRuns, updateRun } from './store.ts'

interface Wanted {
  version: DatasetVersion
  target: string
  task: Task
  split: SplitKind
  /** Undefined: the experiment's metric, or the task's default. */
  metric?: string
  /** The positive class that was asked for. */
  positive?: string
  /** That of a new experiment, and of runs without a choice. */
  defaultPositive?: string
  lastClass?: string
  recipe?: { id: string; name: string }
  decisions: Decisions
  /** Why data that fails its expectations is used. */
  override?: Override
}

/**
 * Starts an experiment, or adds runs to the one of this name: one job per run, all in one transaction. Validates everything before a job is
 * queued. The same input on the same data gives the same runs.
 */
export async function launchExperiment(kernel: Kernel, caller: Caller, input: LaunchInput): Promise<ExperimentDetail> {
  await authorize(kernel, caller, 'training:write')
  const { scope } = caller
  const command = input.command && (await planCommand(kernel, caller, input.command))
  const version = await versionOf(kernel, scope, input.data)
  const override = await requireUsableVersion(kernel, scope, version)
  const { target, ignore, seed } = input
  for (const name of ignore) requireColumn(version, name, 'to ignore')
  if (ignore.includes(target)) throw new AppError('invalid', `“${target}” is the target: it cannot be ignored.`)
  const facts = await inspectTarget(kernel, scope, version, target)
  const task = input.task ?? suggestTask(facts).task
  requireLearnable(facts, task)
  const { read, features } = chooseColumns(version.schema, target, ignore)
  if (features.length === 0)
    throw new AppError('invalid', 'No feature column is left.', {
      hint: 'Ignore fewer columns. Ids, constants, free text and columns with the role “ignore” are not used.',
    })
  const { split } = chooseSplit(read, task, input.split)
  const decisions = requireDecisions(input, task)
  const metric = await requireMetric(input.metric, task)
  const recipe = input.recipe === undefined ? undefined : await requireRecipe(kernel, scope, input.recipe, features)
  const planned = command
    ? [rejectTrainerOptions(command, input, decisions)]
    : await inEngineWords(() =>
        scheduleRuns(
          chooseTrainers(input, task),
          task,
          { rows: facts.present, cols: features.length },
          { trials: input.trials, seed },
        ),
      )
  const positive = input.positive === undefined ? undefined : requirePositive(input.positive, task, facts)
  const defaultPositive = task === 'binary' ? suggestPositive(facts.classes ?? [], isNumeric(facts.type)) : undefined
  const wanted: Wanted = {
    version,
    target,
    task,
    split,
    metric,
    positive,
    defaultPositive,
    lastClass: task === 'binary' ? lastClass(facts.classes ?? [], isNumeric(facts.type)) : undefined,
    recipe,
    override,
    decisions,
  }
  const experiment = await change(kernel, caller.actor, async c => {
    await lockProject(c.tx, scope)
    const row = await findOrInsert(c, scope, wanted, input)
    await enqueueRuns(c, scope, row, wanted, input, planned, kernel.clock.now())
    return row
  })
  return showExperiment(kernel, caller, experiment.name)
}

const requireMetric = (metric: string | undefined, task: Task) =>
  inEngineWords(() => {
    if (metric === undefined) return undefined
    const known = getMetric(metric)
    if (known.tasks.includes(task)) return metric
    throw new AppError('invalid', `“${known.label}” does not measure ${task}.`, { hint: 'Choose another metric.' })
  })

/** Throws `invalid` if the recipe's steps use other columns than the features, which would fail in every run. */
async function requireRecipe(kernel: Kernel, scope: ProjectScope, ref: string, features: readonly string[]) {
  const { id, name, version, steps } = await recipeOf(kernel, scope, ref)
  const unknown = unknownColumns(steps, features)
  if (unknown.length > 0)
    throw new AppError(
      'invalid',
      `The recipe ${name}@${version} uses ${unknown.map(c => `“${c}”`).join(', ')}, which is not a feature of this experiment.`,
      { hint: 'Remove it from the recipe, or give the column the role “feature” and do not ignore it.' },
    )
  return { id, name: `${name}@${version}` }
}

/** Chooses the trainers: the named ones, else all for the task except AutoML, which needs a time budget. */
function chooseTrainers({ trainers: ids, minutes, trials }: LaunchInput, task: Task): Learner[] {
  const limits: Parameters = {}
  if (minutes !== undefined) limits.minutes = minutes
  if (trials !== undefined && ids?.every(id => id === automl.id)) limits.trials = trials
  const timed: Learner = { ...automl, defaultSettings: () => [{ name: 'automl', parameters: limits }] }
  const able = listTrainers().filter(t => t.tasks.includes(task))
  if (!ids) return able
  return [...new Set(ids)].map(id => {
    const trainer = [...able, timed].find(t => t.id === id)
    if (trainer) return trainer
    const known = listTrainers().some(t => t.id === id)
    throw new AppError('invalid', known ? `“${id}” cannot be trained for ${task}.` : `There is no trainer “${id}”.`, {
      hint: `For ${task} there are ${[...able, timed].map(t => t.id).join(', ')}.`,
    })
  })
}

/** Throws if options of trainers are combined with a command, which cannot use them. */
function rejectTrainerOptions(
  command: PlannedRun,
  { trainers, recipe }: LaunchInput,
  decisions: Decisions,
): PlannedRun {
  const more = trainers ? 'trainers' : recipe ? 'a recipe' : Object.keys(decisions)[0]
  if (more === undefined) return command
  throw new AppError('invalid', `${more} cannot be combined with a command.`, {
    hint: 'Omit it, or start the trainers in a separate experiment.',
  })
}

function requireDecisions({ classWeights, calibration, threshold }: LaunchInput, task: Task): Decisions {
  const refuse = (what: string, needed: string) => {
    throw new AppError('invalid', `${what} needs ${needed}, and this is a ${task} target.`, { hint: 'Leave it out.' })
  }
  const asked: Decisions = {
    ...(classWeights && classWeights !== 'none' ? { classWeights } : {}),
    ...(calibration && calibration !== 'none' ? { calibration } : {}),
    ...(threshold ? { threshold } : {}),
  }
  if (task === 'regression' && asked.classWeights) refuse('Weighing classes', 'classes')
  if (task === 'regression' && asked.calibration) refuse('Calibration', 'probabilities')
  if (task !== 'binary' && asked.threshold) refuse('A threshold', 'a target of two classes')
  return asked
}

const slug = (text: string) =>
  text
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'target'

/** Returns the differences that make runs of two launches incomparable. */
function differences(
  row: ExperimentRow,
  { version, target, task, split, metric, positive, lastClass: usual }: Wanted,
): string[] {
  const settings = row.settings as { split?: string; data?: string; positive?: string }
  const differing: string[] = []
  if (row.datasetVersionId !== version.id) differing.push(settings.data ? `data (${settings.data})` : 'data')
  if (row.target !== target) differing.push(row.target ? `target (${row.target})` : 'target')
  if (row.task !== task) differing.push(row.task ? `task (${row.task})` : 'task')
  if (settings.split !== split) differing.push(settings.split ? `split (${settings.split})` : 'split')
  if (metric !== undefined && row.metric !== metric) differing.push(row.metric ? `metric (${row.metric})` : 'metric')
  const own = settings.positive ?? usual
  if (positive !== undefined && own !== positive) differing.push(own ? `positive class (${own})` : 'positive class')
  return differing
}

async function findOrInsert(
  c: Change,
  scope: ProjectScope,
  wanted: Wanted,
  input: LaunchInput,
): Promise<ExperimentRow> {
  const { version, target, task, split } = wanted
  const base = `${version.datasetName}-${slug(target)}`.slice(0, 90)
  for (let n = 1; ; n++) {
    const name = input.name ?? (n === 1 ? base : `${base}-${n}`)
    const row = await findExperiment(c.tx, scope, { name })
    if (!row)
      return insertExperiment(c.tx, scope, {
        name,
        datasetVersionId: version.id,
        target,
        task,
        metric: wanted.metric ?? defaultMetric(task),
        settings: {
          v: 1,
          data: `${version.datasetName}@${version.number}`,
          split,
          ...((wanted.positive ?? wanted.defaultPositive)
            ? { positive: wanted.positive ?? wanted.defaultPositive }
            : {}),
          // Defaults from the first launch; later ones may differ.
          seed: input.seed,
          ignore: input.ignore,
          ...(input.trainers ? { trainers: input.trainers } : {}),
          ...(input.trials ? { trials: input.trials } : {}),
        },
        createdBy: actorKey(c.actor),
      })
    const differs = differences(row, wanted)
    if (differs.length === 0) return row
    if (input.name)
      throw new AppError(
        'conflict',
        `There is an experiment “${name}” with another ${differs.join(', ')}: its runs could not be compared with these.`,
        { hint: 'Choose another name.' },
      )
  }
}

async function enqueueRuns(
  c: Change,
  scope: ProjectScope,
  experiment: ExperimentRow,
  { version, split, recipe, override, decisions }: Wanted,
  { ignore, seed, minutes }: LaunchInput,
  planned: PlannedRun[],
  now: number,
): Promise<void> {
  const { projectId } = scope
  const data = `${version.datasetName} v${version.number}`
  const notAfter = minutes === undefined ? undefined : new Date(now + minutes * 60_000).toISOString()
  const rows = await insertRuns(
    c.tx,
    experiment,
    planned.map(({ trainer, setting, params }) => ({
      name: (number: number) => `${trainer}-${slug(setting).toLowerCase()}-${number}`,
      trainer,
      params,
      seed,
      state: 'queued',
      result: {
        v: 1,
        ignored: ignore,
        split,
        ...(recipe ? { recipeName: recipe.name } : {}),
        ...(Object.keys(decisions).length > 0 ? { decisions } : {}),
        ...(override ? { override } : {}),
      },
      createdBy: actorKey(c.actor),
    })),
  )
  // All at once: the statements of a transaction are pipelined.
  await Promise.all(
    rows.map(async run => {
      const job = await c.enqueue(trainRunJob, {
        projectId,
        title: `Train ${run.name} on ${data}`,
        subject: { kind: 'run', id: run.id },
        payload: {
          v: 1,
          runId: run.id,
          ignore,
          split,
          // AutoML's time budget starts with its run.
          notAfter: run.trainer === automl.id ? undefined : notAfter,
          recipeVersionId: recipe?.id,
          // Runs of an experiment from before the choice keep the class that its first runs had.
          positive: (experiment.settings as { positive?: string }).positive,
          ...decisions,
        },
      })
      await updateRun(c.tx, projectId, run.id, { jobId: job.id })
    }),
  )
  await c.link(
    projectId,
    rows.flatMap(run => {
      const from = { kind: 'run', id: run.id } as const
      return [
        { from, relation: 'trained-on', to: { kind: 'dataset-version', id: version.id } } satisfies Link,
        ...(recipe
          ? [{ from, relation: 'prepared-by', to: { kind: 'recipe-version', id: recipe.id } } satisfies Link]
          : []),
      ]
    }),
  )
  const subject = { kind: 'experiment', id: experiment.id } as const
  const payload = {
    experiment: experiment.name,
    runs: rows.length,
    data: `${version.datasetName}@${version.number}`,
    ...(override ? { override: override.reason } : {}),
  }
  const details = { ...payload, target: experiment.target }
  const audit = { action: 'training.launch-experiment', details }
  await c.record({ projectId, event: experimentLaunched, subject, payload, audit })
  for (const { trainer, params } of planned)
    if (trainer === COMMAND_TRAINER)
      await c.record({ projectId, subject, audit: { action: 'training.run-command', details: params } })
}

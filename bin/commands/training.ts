import { formatDuration, formatEstimate, formatInterval } from '#server/kernel/format.ts'
import { notComparedMessage, type PairedComparison } from '#server/training/comparison/contract.ts'
import type { ExperimentDetail, LaunchInput, RunSummary } from '#server/training/contract.ts'
import {
  CALIBRATIONS,
  CLASS_WEIGHTS,
  SPLITS,
  TASKS,
  THRESHOLDS,
  type ThresholdWish,
} from '#server/training/contract.ts'
import { classWarningMessage } from '#server/training/warnings/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { type Client, retryWhileUnreachable } from './connection.ts'
import { EXIT, usage } from './failure.ts'
import { orderBy, parseFilter } from './filter-runs.ts'
import { numberText, showFields, showTable } from './show-table.ts'

const POLL_MS = 700

/** The fields of `runs show` that lists have as well. */
const document = (run: RunSummary) => ({ ...run })

const runTable = (runs: RunSummary[], metric: string | null) =>
  showTable(
    ['RUN', 'NAME', 'TRAINER', 'STATUS', metric?.toUpperCase() ?? 'METRIC', '95 %', 'VS BEST', 'REASON'],
    runs.map(r => [
      r.run,
      r.name,
      r.trainer,
      r.status,
      metric ? formatEstimate(r.measured ?? { value: r.metrics[metric] ?? null }) : null,
      r.measured ? formatInterval(r.measured) : null,
      r.best ? 'best' : r.versusBest?.verdict,
      r.reason,
    ]),
  )

const oneOf = <T extends string>(list: readonly T[], text: string | undefined, option: string): T | undefined => {
  if (text === undefined) return undefined
  const found = list.find(item => item === text)
  if (!found) throw usage(`--${option} ${text} is not one of ${list.join(', ')}.`)
  return found
}

/** Parses `f1` or `cost:FALSE_ALARM:MISS`. */
function parseThreshold(given: string | undefined): ThresholdWish | undefined {
  if (!given?.startsWith('cost:')) return oneOf(THRESHOLDS, given, 'threshold')
  const [falseAlarm, miss, ...more] = given.slice('cost:'.length).split(':').map(Number)
  if (falseAlarm !== undefined && miss !== undefined && falseAlarm >= 0 && miss >= 0 && more.length === 0)
    return { falseAlarm, miss }
  throw usage(`--threshold ${given} is not cost:FALSE_ALARM:MISS with two numbers, such as cost:1:20.`)
}

/** Parses a command and its parameters: `--set depth=4 --set solver=lbfgs`. */
function parseCommand(line: string | undefined, settings: string[], minutes: number | undefined) {
  if (line === undefined) {
    if (settings.length > 0) throw usage('--set requires --command.')
    return undefined
  }
  const parameters = Object.fromEntries(
    settings.map(text => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
      if (name === undefined || value === undefined) throw usage(`--set ${text} is not NAME=VALUE.`)
      if (value === 'true' || value === 'false') return [name, value === 'true']
      return [name, value !== '' && Number.isFinite(Number(value)) ? Number(value) : value]
    }),
  ) as Record<string, number | string | boolean>
  return { line, parameters, ...(minutes === undefined ? {} : { minutes }) }
}

/** Polls an experiment until no run is queued or running, and reports each run when it ends. */
export async function waitForRuns(
  client: Client,
  experiment: string,
  note: (line: string) => void,
): Promise<ExperimentDetail> {
  const reported = new Set<string>()
  for (;;) {
    const now = await retryWhileUnreachable(() => client.api.training.show.query({ experiment }), note)
    for (const run of now.items) {
      if (run.status === 'queued' || run.status === 'running' || reported.has(run.run)) continue
      reported.add(run.run)
      const value = now.metric ? ` ${now.metric} ${numberText(run.metrics[now.metric])}` : ''
      note(
        `${run.name}: ${run.status}${run.status === 'succeeded' ? value : `, ${run.reason ?? 'no reason recorded'}`}`,
      )
    }
    if (now.status !== 'running') return now
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

/** Returns leak warnings of the used columns. Ignores errors, because the experiment already runs. */
async function leakLines(
  client: Client,
  input: { data: string; target: string; ignore?: string[] },
): Promise<string[]> {
  const options = await client.api.training.options.query({ data: input.data, target: input.target }).catch(() => null)
  return (options?.columns ?? [])
    .filter(c => c.warning && c.used && !input.ignore?.includes(c.name))
    .map(c => `Warning: ${c.name} leaks the target ${input.target} (${c.warning}); --ignore ${c.name} excludes it.`)
}

async function train({ text, texts, list, whole, number, flag, client, note }: Call): Promise<Outcome> {
  const input: Partial<Omit<LaunchInput, 'command'>> & {
    data: string
    target: string
    command: ReturnType<typeof parseCommand>
  } = {
    data: text('data')!,
    target: text('target')!,
    task: oneOf(TASKS, text('task'), 'task'),
    trainers: list('trainers'),
    trials: whole('trials', 1),
    command: parseCommand(text('command'), texts('set'), number('minutes')),
    minutes: number('minutes'),
    metric: text('metric'),
    positive: text('positive'),
    name: text('name'),
    seed: whole('seed'),
    ignore: list('ignore'),
    recipe: text('recipe'),
    classWeights: oneOf(CLASS_WEIGHTS, text('class-weights'), 'class-weights'),
    calibration: oneOf(CALIBRATIONS, text('calibration'), 'calibration'),
    threshold: parseThreshold(text('threshold')),
    split: oneOf(SPLITS, text('split'), 'split'),
  }
  const open = await client()
  const launched = await open.api.training.launch.mutate(input)
  const total = Object.values(launched.runs).reduce((sum, n) => sum + n, 0)
  note(`Experiment ${launched.experiment}: ${total} ${total === 1 ? 'run' : 'runs'}.`)
  for (const line of await leakLines(open, input)) note(line)
  const now = flag('wait') ? await waitForRuns(open, launched.experiment, note) : launched
  const best = now.best
  return {
    document: {
      experiment: now.experiment,
      status: now.status,
      metric: now.metric,
      runs: now.items.map(document),
      best: best ? { run: best.run, trainer: best.trainer, value: best.value } : null,
    },
    text: [
      runTable(now.items, now.metric),
      '',
      best
        ? `Best: ${best.name} (${best.trainer}), ${now.metric} ${numberText(best.value)}, run ${best.run}`
        : flag('wait')
          ? 'No run was measured.'
          : `The runs are queued. Follow them: fleximl runs ls ${now.experiment}`,
    ].join('\n'),
    // Some runs may fail; the training failed only if no run succeeded.
    status: flag('wait') && now.status !== 'succeeded' ? EXIT.failed : EXIT.done,
  }
}

async function list({ args, text, client }: Call): Promise<Outcome> {
  const filter = text('filter') ? parseFilter(text('filter')!) : undefined
  const shown = await (await client()).api.training.show.query({ experiment: args[0]! })
  let items = filter ? shown.items.filter(filter) : shown.items
  const metric = text('order-by')
  if (metric) {
    const own = metric.replace(/^metrics\./, '') === shown.metric
    items = orderBy(items, metric, own && shown.direction === 'maximize')
  }
  return {
    document: { items: items.map(document), next: null },
    text: items.length === 0 ? 'No run.' : runTable(items, shown.metric),
  }
}

async function show({ args, client }: Call): Promise<Outcome> {
  const run = await (await client()).api.training.run.query({ run: args[0]! })
  return {
    document: { ...run },
    text: [
      showFields([
        ['run', run.run],
        ['name', run.name],
        ['experiment', run.experiment],
        ['status', run.status],
        ['reason', run.reason],
        ['trainer', run.trainer],
        ['data', run.dataset ? `${run.dataset} v${run.version}, target ${run.target}` : null],
        ['positive class', run.positive],
        ['seed', run.seed],
        ['digest', run.digest],
        ['started', run.startedAt],
        ['ended', run.endedAt],
        ['training time', run.trainMs === null ? null : formatDuration(run.trainMs)],
      ]),
      ...run.classWarnings.map(warning => `Warning: ${classWarningMessage(warning)}`),
      '',
      showTable(
        ['METRIC', 'VALUE', 'LOW 95 %', 'HIGH 95 %'],
        Object.entries(run.metrics).map(([name, value]) => [
          name,
          numberText(value),
          numberText(run.intervals[name]?.low),
          numberText(run.intervals[name]?.high),
        ]),
      ),
      '',
      showTable(
        ['PARAMETER', 'VALUE'],
        Object.entries(run.params).map(([name, value]) => [name, run.paramLabels[name] ?? JSON.stringify(value)]),
      ),
    ].join('\n'),
  }
}

async function compare({ args, client }: Call): Promise<Outcome> {
  const compared = await (await client()).api.training.compare.query({ runs: args })
  const names = compared.runs.map(r => r.name)
  const same = [...compared.same.params, ...compared.same.metrics]
  const differing = <T>(lists: Record<string, T[]>) => Object.entries(lists).filter(([name]) => !same.includes(name))
  return {
    document: { ...compared, runs: compared.runs.map(document) },
    text: [
      showTable(
        ['', ...names],
        [
          ...differing(compared.params).map(([name, values]) => [name, ...values.map(v => JSON.stringify(v) ?? '–')]),
          ...differing(compared.metrics).map(([name, values]) => [name, ...values.map(numberText)]),
        ],
      ),
      ...(same.length > 0 ? ['', `The same in all: ${same.join(', ')}.`] : []),
      ...compared.paired.flatMap((pair, i) => (pair ? ['', ...pairLines(pair, names[i]!, names[0]!)] : [])),
    ].join('\n'),
  }
}

/** A run against the first one on the same validation rows. */
function pairLines({ code, rows, metrics }: PairedComparison, name: string, first: string): string[] {
  if (code !== null) return [`${name} against ${first}: not comparable. ${notComparedMessage(code)}`]
  return [
    `${name} against ${first} on the same ${rows} validation rows:`,
    showTable(
      ['METRIC', 'DIFFERENCE', 'LOW 95 %', 'HIGH 95 %', 'VERDICT'],
      metrics
        .filter(m => m.difference !== null)
        .map(m => [m.name, ...[m.difference, m.differenceLow, m.differenceHigh].map(numberText), m.verdict]),
    ),
  ]
}

async function cancel({ args, client }: Call): Promise<Outcome> {
  const run = await (await client()).api.training.cancel.mutate({ run: args[0]! })
  return {
    document: document(run),
    text: run.status === 'cancelled' ? `${run.name} is cancelled.` : `${run.name} is being cancelled.`,
  }
}

export const trainingCommands: Command[] = [
  {
    name: 'train',
    summary: 'Starts an experiment: runs of several trainers and settings on a version of a dataset.',
    more: 'Runs are added to an experiment of that name when data, target, task, split, metric and positive class are the same. With --wait the exit status is 1 if no run succeeded.',
    options: {
      data: { type: 'string', value: 'N[@V]', help: 'the dataset', required: true },
      target: { type: 'string', value: 'COL', help: 'the column to be predicted', required: true },
      task: { type: 'string', value: 'T', help: `${TASKS.join(', ')}; default: from the target` },
      trainers: { type: 'string', value: 'a,b', help: 'default: all that support the task; automl must be named' },
      command: {
        type: 'string',
        value: 'LINE',
        help: 'a training command instead of trainers (docs/external-training.md)',
      },
      set: {
        type: 'string',
        value: 'NAME=VALUE',
        multiple: true,
        help: 'parameter of the command; may be repeated',
      },
      trials: { type: 'string', value: 'K', help: 'total number of runs; default: every suggested setting' },
      minutes: { type: 'string', value: 'M', help: 'starts no run after this time; for automl, its time budget (1)' },
      metric: { type: 'string', value: 'M', help: 'metric that ranks the runs' },
      positive: {
        type: 'string',
        value: 'CLASS',
        help: 'the positive one of two classes; default: the rarer one',
      },
      name: { type: 'string', value: 'E', help: 'the experiment' },
      seed: { type: 'string', value: 'S', help: 'the same seed gives the same runs (0)' },
      ignore: { type: 'string', value: 'COL,COL', help: 'columns that models may not use' },
      recipe: { type: 'string', value: 'R[@V]', help: 'a saved recipe whose steps run first' },
      'class-weights': { type: 'string', value: 'W', help: 'balanced: every class has the same weight' },
      calibration: {
        type: 'string',
        value: 'C',
        help: 'platt or isotonic: calibrates the probabilities',
      },
      threshold: {
        type: 'string',
        value: 'T',
        help: 'f1, balanced_accuracy, youden or cost:FALSE_ALARM:MISS (default: positive from 0.5)',
      },
      split: { type: 'string', value: 'S', help: SPLITS.join(', ') },
      wait: { type: 'boolean', help: 'until every run has ended' },
    },
    run: train,
  },
  {
    name: 'runs ls',
    parameters: 'EXPERIMENT',
    count: [1, 1],
    summary: 'Lists the runs of an experiment.',
    options: {
      filter: { type: 'string', value: 'EXPR', help: 'for example "trainer=mlp and metrics.rmse<45"' },
      'order-by': { type: 'string', value: 'M', help: 'a metric, best first' },
    },
    run: list,
  },
  { name: 'runs show', parameters: 'RUN', count: [1, 1], summary: 'Shows a run.', run: show },
  {
    name: 'runs compare',
    parameters: 'RUN RUN…',
    count: [2, 50],
    summary: 'Compares runs, differences first.',
    run: compare,
  },
  { name: 'runs cancel', parameters: 'RUN', count: [1, 1], summary: 'Cancels a run that has not ended.', run: cancel },
]

import { notComparedMessage } from '#server/training/comparison/contract.ts'
import { classWarningMessage } from '#server/training/warnings/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { type Client, retryWhileUnreachable } from './connection.ts'
import { EXIT, failed } from './failure.ts'
import { numberText, showTable } from './show-table.ts'

const POLL_MS = 700
const pause = () => new Promise(resolve => setTimeout(resolve, POLL_MS))

/** Returns the run of a model version. Throws for one that was not trained here. */
async function runOf(client: Client, ref: string): Promise<{ run: string; label: string }> {
  const { model, versions } = await client.api.registry.show.query({ model: ref })
  const { version, run } = versions[0]!
  const label = `${model} v${version}`
  if (run) return { run, label }
  throw failed(
    `${label} was not trained here, so it cannot be evaluated.`,
    'Train a model on a dataset version, then register its run.',
  )
}

async function evaluate({ args, text, client, note }: Call): Promise<Outcome> {
  const open = await client()
  const { run, label } = await runOf(open, args[0]!)
  const data = text('data')!
  const { id } = await open.api.evaluation.start.mutate({ run, data })
  note(`Evaluating ${label} on ${data}.`)
  let shown = await open.api.evaluation.show.query({ id })
  while (shown.state === 'queued' || shown.state === 'running') {
    await pause()
    shown = await retryWhileUnreachable(() => open.api.evaluation.show.query({ id }), note)
  }
  if (shown.state !== 'succeeded') throw failed(shown.reason ?? `The evaluation ${shown.state}.`)
  // The validation rows are others: a reference value, but no verdict.
  const metrics = Object.entries(shown.intervals).map(([name, { value, low, high }]) => ({
    name,
    value,
    low,
    high,
    reference: shown.validationIntervals[name]?.value ?? null,
    verdict: 'unknown' as const,
  }))
  const { rows, rowsSeen, seenInTraining, classWarnings, dataset, version, unseen } = shown
  const seen =
    rowsSeen === null
      ? 'It is not known how many of these rows the model was trained on.'
      : `The model was trained on ${rowsSeen} of these ${rows} rows, or on equal ones.`
  return {
    document: { id, dataset, version, rows, rowsSeen, seenInTraining, metrics, slices: [], unseen, classWarnings },
    text: [
      `${label} on ${dataset} v${version}: ${rows} rows. ${seen}`,
      ...classWarnings.map(warning => `Warning: ${classWarningMessage(warning)}`),
      '',
      showTable(
        ['METRIC', 'VALUE', 'LOW 95 %', 'HIGH 95 %', 'VALIDATION'],
        metrics.map(m => [m.name, ...[m.value, m.low, m.high, m.reference].map(numberText)]),
      ),
    ].join('\n'),
  }
}

async function compare({ args, text, client, note }: Call): Promise<Outcome> {
  const open = await client()
  const [base, other] = await Promise.all([runOf(open, args[0]!), runOf(open, args[1]!)])
  const data = text('data')
  const input = { base: base.run, other: other.run, ...(data ? { data } : {}) }
  let found = await open.api.evaluation.compare.query(input)
  if (found.code === 'not_evaluated' && found.state === 'unknown') {
    const begun = await open.api.evaluation.evaluateBoth.mutate(input)
    note(`Evaluating on ${begun.dataset} v${begun.version}.`)
    found = await open.api.evaluation.compare.query(input)
  }
  while (found.state === 'running') {
    await pause()
    found = await retryWhileUnreachable(() => open.api.evaluation.compare.query(input), note)
  }
  const head = `${other.label} compared with ${base.label} (reference) on ${found.dataset} v${found.version}`
  const leftOut = found.rowsTrainedOn > 0 ? ` ${found.rowsTrainedOn} training rows are left out.` : ''
  return {
    document: { ...found },
    text:
      found.code !== null
        ? `${head}: no verdict. ${notComparedMessage(found.code)}`
        : [
            `${head}: ${found.rows} rows that neither was trained on.${leftOut}`,
            '',
            showTable(
              ['METRIC', `${base.label} (REFERENCE)`, other.label, 'DIFFERENCE', 'LOW 95 %', 'HIGH 95 %', 'VERDICT'],
              found.metrics.map(m => [
                m.name,
                ...[m.reference, m.value, m.difference, m.differenceLow, m.differenceHigh].map(numberText),
                m.verdict,
              ]),
            ),
          ].join('\n'),
    status: found.state === 'compared' ? EXIT.done : EXIT.failed,
  }
}

export const evaluationCommands: Command[] = [
  {
    name: 'model evaluate',
    parameters: 'M@V',
    count: [1, 1],
    summary: 'Evaluates a model version on a dataset version and waits for the result.',
    options: { data: { type: 'string', value: 'N[@V]', help: 'the dataset', required: true } },
    run: evaluate,
  },
  {
    name: 'model compare',
    parameters: 'M@V M@V',
    count: [2, 2],
    summary: 'Compares two model versions on the same rows, which neither was trained on.',
    more: 'The first version is the reference, the verdicts are about the second. Evaluates both on the dataset version where needed. The exit status is 1 if there is no verdict.',
    options: {
      data: { type: 'string', value: 'N[@V]', help: 'default: the version that the second one was trained on' },
    },
    run: compare,
  },
]

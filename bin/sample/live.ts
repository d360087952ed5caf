import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signature } from '#server/registry/contract.ts'
import type { Client } from '../commands/connection.ts'
import { addFile } from '../commands/data.ts'
import { failed } from '../commands/failure.ts'
import { fitRows } from '../commands/fit-rows.ts'
import { checkNow } from '../commands/monitoring.ts'
import { endpointOf, endpointUrl, predictItems, sendFeedback } from '../commands/serving.ts'
import { waitForRuns } from '../commands/training.ts'
import type { Step } from './progress.ts'
import { byMonth, type Hour, hoursBetween, readHours, toCsv } from './split-hours.ts'

const FILE = join(import.meta.dirname, '..', 'sample-data', 'bike-sharing-hourly.csv')
const DATASET = 'bike-sharing'
const MODEL = 'bike-demand'
const ENDPOINT = 'bike-demand'
const TARGET = 'cnt'
/** The first two sum to the target; `instant` is a row counter. */
const IGNORED = ['casual', 'registered', 'instant']
const FIRST = { name: 'bike-demand-2011', data: `${DATASET}@1` }
const SECOND = { name: 'bike-demand-2012', data: `${DATASET}@2` }

/** A step of the sample through the public interfaces. Steps are idempotent. */
type Work = (client: Client, log: (line: string) => void) => Promise<void>

let all: Hour[] | undefined
const hours = async (): Promise<Hour[]> => {
  all ??= readHours(await readFile(FILE, 'utf8'))
  return all
}

/** Adds hours as the next version; the same bytes make no version. */
async function addHours(client: Client, list: Hour[], fileName: string, log: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-sample-'))
  try {
    const path = join(folder, fileName)
    await writeFile(path, toCsv(list))
    const done = await addFile(client, { path, name: DATASET, target: TARGET, time: 'time' }, () => undefined)
    log(
      done.created
        ? `Dataset ${DATASET} v${done.version}: ${done.rows} hours.`
        : `Dataset ${DATASET} v${done.version} exists already.`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Experiment {
  name: string
  data: string
}

/** Launches the experiment unless it exists, and waits until its runs have ended. */
async function trainAll(
  client: Client,
  experiment: Experiment,
  wish: { trainers: string[]; trials?: number },
  log: (line: string) => void,
): Promise<void> {
  const { items } = await client.api.training.list.query({})
  const there = items.find(e => e.experiment === experiment.name)
  if (!there || Object.values(there.runs).every(n => n === 0))
    await client.api.training.launch.mutate({ ...experiment, ...wish, target: TARGET, ignore: IGNORED, split: 'time' })
  log(`Experiment ${experiment.name} runs on ${experiment.data}: ${wish.trainers.join(', ')}.`)
  const ended = await waitForRuns(client, experiment.name, log)
  if (!ended.best) throw failed(`No run of ${experiment.name} was measured.`)
  log(`Best: ${ended.best.name}, ${ended.metric} ${ended.best.value.toFixed(2)}.`)
}

/** Registers the best run and returns its version; a registered run keeps its version. */
async function registerBest(client: Client, experiment: Experiment, note: string): Promise<number> {
  const { best } = await client.api.training.show.query({ experiment: experiment.name })
  if (!best) throw failed(`No run of ${experiment.name} was measured.`)
  const { version } = await client.api.registry.register.mutate({ run: best.run, name: MODEL, note })
  return version
}

const registeredOf = async (client: Client, experiment: Experiment): Promise<number> =>
  registerBest(client, experiment, '')

async function historyOf(client: Client) {
  const { items } = await client.api.serving.list.query({})
  if (!items.some(e => e.endpoint === ENDPOINT)) return []
  return (await client.api.serving.history.query({ endpoint: ENDPOINT })).items
}

async function promote(client: Client, version: number, reason: string, log: (line: string) => void): Promise<void> {
  const past = await historyOf(client)
  if (past.some(i => i.action === 'promote' && i.model === MODEL && i.version === version))
    return log(`${MODEL} v${version} is already promoted.`)
  await client.api.serving.promote.mutate({
    model: `${MODEL}@${version}`,
    endpoint: ENDPOINT,
    reason,
    timeColumn: 'time',
  })
  log(`${MODEL} v${version} is the champion of the endpoint ${ENDPOINT}.`)
}

/** Returns the id of an hour, by which its true value is sent later. */
const hourId = (hour: Hour): string => `hour-${hour.instant}`
const lastYear = async () => hoursBetween(await hours(), '2012', '2013')

export const WORK: Record<Step, Work> = {
  async data(client, log) {
    await addHours(client, hoursBetween(await hours(), '2011', '2012'), 'bike-sharing-2011.csv', log)
  },

  training: (client, log) => trainAll(client, FIRST, { trainers: ['baseline', 'linear', 'mlp'] }, log),

  async registering(client, log) {
    const version = await registerBest(client, FIRST, 'Trained on the hours of 2011.')
    log(`Its best run is ${MODEL} v${version}.`)
  },

  async promotion(client, log) {
    await promote(client, await registeredOf(client, FIRST), 'First model: the best run on the hours of 2011.', log)
  },

  /** Sends the rows month by month, as if the year passed. */
  async traffic(client, log) {
    const shown = await endpointOf(client, ENDPOINT)
    const url = endpointUrl(shown.url, client.url, process.env)
    for (const [month, list] of byMonth(await lastYear())) {
      const { rows } = fitRows(list, true, shown.signature as Signature)
      const items = rows.map((row, i) => ({ row, time: list[i]!.time, id: hourId(list[i]!) }))
      const answer = await predictItems(client, url, items, log)
      log(`${month}: ${answer.ids.length} hours predicted by v${answer.version}.`)
    }
  },

  async truth(client, log) {
    const shown = await endpointOf(client, ENDPOINT)
    const url = endpointUrl(shown.url, client.url, process.env)
    const truths = (await lastYear()).map(hour => ({ id: hourId(hour), actual: Number(hour[TARGET]) }))
    const { accepted, duplicates, unknown } = await sendFeedback(client, url, truths, () => undefined)
    log(`True values of ${accepted} hours sent; ${duplicates} were known, ${unknown.length} had no prediction.`)
  },

  async monitoring(client, log) {
    const status = await checkNow(client, ENDPOINT, log)
    log(`${ENDPOINT}: ${status.verdict}. ${status.sentence}`)
  },

  /** Retrains with newer hours, because demand has grown. */
  async 'second-version'(client, log) {
    const until = '2012-07'
    await addHours(client, hoursBetween(await hours(), '2011', until), 'bike-sharing-until-2012-06.csv', log)
    await trainAll(client, SECOND, { trainers: ['linear', 'mlp'], trials: 4 }, log)
    const version = await registerBest(client, SECOND, 'Trained on 2011 and the first half of 2012.')
    log(`Its best run is ${MODEL} v${version}.`)
  },

  async 'second-promotion'(client, log) {
    const reason = 'Demand grew in 2012: this version is trained on its first half as well.'
    await promote(client, await registeredOf(client, SECOND), reason, log)
  },

  async rollback(client, log) {
    const [newest] = await historyOf(client)
    if (!newest || newest.action === 'rollback') return
    await client.api.serving.rollback.mutate({
      endpoint: ENDPOINT,
      reason: 'Demonstration: a rollback takes about a second and stays in the history.',
    })
    log(`${ENDPOINT} is rolled back to the previous version.`)
  },
}

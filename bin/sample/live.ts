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
/** The two add up to the target; the counter of rows says nothing about bikes. */
const IGNORED = ['casual', 'registered', 'instant']
const FIRST = { name: 'bike-demand-2011', data: `${DATASET}@1` }
const SECOND = { name: 'bike-demand-2012', data: `${DATASET}@2` }

/** A step of the sample's life, by the same interfaces that everybody uses. Each may run again: it finds what is there already. */
type Work = (client: Client, say: (line: string) => void) => Promise<void>

let all: Hour[] | undefined
const hours = async (): Promise<Hour[]> => {
  all ??= readHours(await readFile(FILE, 'utf8'))
  return all
}

/** Adds hours as the next version; the same bytes make none. */
async function addHours(client: Client, list: Hour[], fileName: string, say: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-sample-'))
  try {
    const path = join(folder, fileName)
    await writeFile(path, toCsv(list))
    const done = await addFile(client, { path, name: DATASET, target: TARGET, time: 'time' }, () => undefined)
    say(
      done.created
        ? `Dataset ${DATASET} v${done.version}: ${done.rows} hours.`
        : `Dataset ${DATASET} v${done.version} is there already.`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Experiment {
  name: string
  data: string
}

/** Launches the experiment unless it is there, and waits until its runs have ended. */
async function trainAll(
  client: Client,
  experiment: Experiment,
  wish: { trainers: string[]; trials?: number },
  say: (line: string) => void,
): Promise<void> {
  const { items } = await client.api.training.list.query({})
  const there = items.find(e => e.experiment === experiment.name)
  if (!there || Object.values(there.runs).every(n => n === 0))
    await client.api.training.launch.mutate({ ...experiment, ...wish, target: TARGET, ignore: IGNORED, split: 'time' })
  say(`Experiment ${experiment.name} runs on ${experiment.data}: ${wish.trainers.join(', ')}.`)
  const ended = await waitForRuns(client, experiment.name, say)
  if (!ended.best) throw failed(`No run of ${experiment.name} was measured.`)
  say(`Best: ${ended.best.name}, ${ended.metric} ${ended.best.value.toFixed(2)}.`)
}

/** Registers the best run; the same run stays the version it is. */
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

async function promote(client: Client, version: number, reason: string, say: (line: string) => void): Promise<void> {
  const past = await historyOf(client)
  if (past.some(i => i.action === 'promote' && i.model === MODEL && i.version === version))
    return say(`${MODEL} v${version} was promoted already.`)
  await client.api.serving.promote.mutate({
    model: `${MODEL}@${version}`,
    endpoint: ENDPOINT,
    reason,
    timeColumn: 'time',
  })
  say(`${MODEL} v${version} answers at the endpoint ${ENDPOINT}.`)
}

/** The caller's own id of an hour, by which its true value is told later. */
const hourId = (hour: Hour): string => `hour-${hour.instant}`
const lastYear = async () => hoursBetween(await hours(), '2012', '2013')

export const WORK: Record<Step, Work> = {
  async data(client, say) {
    await addHours(client, hoursBetween(await hours(), '2011', '2012'), 'bike-sharing-2011.csv', say)
  },

  training: (client, say) => trainAll(client, FIRST, { trainers: ['baseline', 'linear', 'mlp'] }, say),

  async registering(client, say) {
    const version = await registerBest(client, FIRST, 'Learnt from the hours of 2011.')
    say(`Its best run is ${MODEL} v${version}.`)
  },

  async promotion(client, say) {
    await promote(client, await registeredOf(client, FIRST), 'First model: the best run on the hours of 2011.', say)
  },

  /** Asked month by month, as if the year went by. */
  async traffic(client, say) {
    const shown = await endpointOf(client, ENDPOINT)
    const url = endpointUrl(shown.url, client.url, process.env)
    for (const [month, list] of byMonth(await lastYear())) {
      const { rows } = fitRows(list, true, shown.signature as Signature)
      const items = rows.map((row, i) => ({ row, time: list[i]!.time, id: hourId(list[i]!) }))
      const answer = await predictItems(client, url, items, say)
      say(`${month}: ${answer.ids.length} hours predicted by v${answer.version}.`)
    }
  },

  async truth(client, say) {
    const shown = await endpointOf(client, ENDPOINT)
    const url = endpointUrl(shown.url, client.url, process.env)
    const truths = (await lastYear()).map(hour => ({ id: hourId(hour), actual: Number(hour[TARGET]) }))
    const { accepted, duplicates, unknown } = await sendFeedback(client, url, truths, () => undefined)
    say(`True values of ${accepted} hours sent; ${duplicates} were known, ${unknown.length} had no prediction.`)
  },

  async monitoring(client, say) {
    const status = await checkNow(client, ENDPOINT, say)
    say(`${ENDPOINT}: ${status.verdict}. ${status.sentence}`)
  },

  /** What one does when demand has grown: learn again, with the newer hours. */
  async 'second-version'(client, say) {
    const until = '2012-07'
    await addHours(client, hoursBetween(await hours(), '2011', until), 'bike-sharing-until-2012-06.csv', say)
    await trainAll(client, SECOND, { trainers: ['linear', 'mlp'], trials: 4 }, say)
    const version = await registerBest(client, SECOND, 'Learnt from 2011 and the first half of 2012.')
    say(`Its best run is ${MODEL} v${version}.`)
  },

  async 'second-promotion'(client, say) {
    const reason = 'Demand grew in 2012: this one has learnt from its first half.'
    await promote(client, await registeredOf(client, SECOND), reason, say)
  },

  async rollback(client, say) {
    const [newest] = await historyOf(client)
    if (!newest || newest.action === 'rollback') return
    await client.api.serving.rollback.mutate({
      endpoint: ENDPOINT,
      reason: 'Shown on purpose: one step back takes about a second and stays in the history.',
    })
    say(`${ENDPOINT} is back at the version before.`)
  },
}

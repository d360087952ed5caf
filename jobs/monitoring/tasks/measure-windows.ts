import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { type BundleManifest, defaultMetric, getMetric, listMetrics, readBundle, unpackBundle } from '#ml/index.ts'
import type { TaskContext } from '#server/platform/tasks/define-task.ts'
import type { TrafficRow } from '#server/serving/service.ts'
import type { MeasureWindowsInput, MeasureWindowsResult } from '../tasks.ts'
import { createTruthReader } from './read-truth.ts'
import {
  addSummaries,
  createWindow,
  driftOfSummaries,
  type Reference,
  referenceOf,
  type Summaries,
  toStored,
  type Window,
} from './window.ts'

const REPORT_ROWS = 2_000

/** Reads the exported rows once, measures each month and day that they belong to, and sums the drift over all months. */
export async function run(input: MeasureWindowsInput, context: TaskContext): Promise<MeasureWindowsResult> {
  const { manifest } = readBundle(unpackBundle(await readFile(input.model)).files)
  const metric = getMetric(metricId(manifest, input.metric))
  const reference = referenceOf(manifest, metric.id, input.timeColumn)
  const total: Summaries = { columns: new Map(), prediction: null, rows: 0 }
  for (const summaries of input.unchanged) addSummaries(total, summaries, reference)
  const months: MeasureWindowsResult['months'] = []
  const days: MeasureWindowsResult['days'] = []
  await readWindows(input, manifest, reference, context, {
    month(window) {
      const summaries = toStored(window.summaries())
      addSummaries(total, summaries, reference)
      months.push({ ...window.result(), summaries })
    },
    day: window => days.push(window.result()),
  })
  const { id, label, direction } = metric
  const { unwatched } = reference
  return { months, days, ...driftOfSummaries(total, reference), unwatched, metric: { id, label, direction } }
}

function metricId({ task }: BundleManifest, wanted: string | null): string {
  return wanted !== null && listMetrics(task).some(m => m.id === wanted) ? wanted : defaultMetric(task)
}

interface OnWindow {
  month(window: Window): void
  day(window: Window): void
}

async function readWindows(
  input: MeasureWindowsInput,
  manifest: BundleManifest,
  reference: Reference,
  { progress }: TaskContext,
  on: OnWindow,
): Promise<void> {
  const readTruth = createTruthReader(manifest)
  const [months, days] = [new Set(input.months), new Set(input.days)]
  let month: Window | undefined
  let day: Window | undefined
  let rows = 0
  for await (const row of readRows(input.rows)) {
    const version = input.versions[row.version_id]
    const truth = readTruth(row, version?.classes)
    const number = version?.number ?? null
    const name = row.day.slice(0, 7)
    if (month && month.name !== name) {
      on.month(month)
      month = undefined
    }
    if (day && day.name !== row.day) {
      on.day(day)
      day = undefined
    }
    if (months.has(name)) {
      month ??= createWindow(name, reference)
      month.add(row, number, truth)
    }
    if (days.has(row.day)) {
      day ??= createWindow(row.day, reference)
      day.add(row, number, truth)
    }
    if (++rows % REPORT_ROWS === 0)
      progress((0.98 * rows) / Math.max(rows, input.expectedRows), `${rows.toLocaleString('en')} rows`)
  }
  if (month) on.month(month)
  if (day) on.day(day)
}

/** Rows as `exportTraffic` wrote them: COPY has doubled the backslashes of the JSON. */
async function* readRows(path: string): AsyncGenerator<TrafficRow> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== '') yield JSON.parse(line.includes('\\') ? line.replaceAll('\\\\', '\\') : line) as TrafficRow
}

import { projects } from '#db/schema/access.ts'
import { createRandom, frameFromRows, frameSpecs, type Schema, trainPipeline } from '#ml/index.ts'
import { newId } from '#server/kernel/ids.ts'
import { type ProjectScope, scopeOf } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { registerVersion } from '#server/registry/index.ts'
import { promoteVersion } from '#server/serving/index.ts'
import { insertPredictionLines, saveFeedback } from '#server/serving/service.ts'
import { callerOf, insertDoneRun } from '#server/serving/testing.ts'

const RENTALS: Schema = {
  columns: [
    { name: 'at', type: 'datetime', role: 'time', nullable: false },
    { name: 'temp', type: 'number', role: 'feature', nullable: false },
    { name: 'wind', type: 'number', role: 'feature', nullable: true },
    { name: 'kind', type: 'category', role: 'feature', nullable: true },
    { name: 'rentals', type: 'number', role: 'target', nullable: true },
  ],
}

export interface RentalRow extends Record<string, unknown> {
  at: string
  temp: number
  wind: number
  kind: string
}

const HOUR_MS = 3_600_000

/** Returns rows of every `step` hours from `from` (wall clock) on; `temp` and `wind` do not depend on the season. */
export function rentalRows(from: string, count: number, step: number, shift: { temp?: number } = {}, seed = 1) {
  const random = createRandom(seed)
  const begin = Date.parse(`${from}Z`)
  return Array.from({ length: count }, (_, i): RentalRow => {
    const at = new Date(begin + i * step * HOUR_MS).toISOString().slice(0, 19)
    return {
      at,
      temp: random.normal() + (shift.temp ?? 0),
      wind: random.next(),
      kind: ['home', 'work', 'tour'][random.integer(3)]!,
    }
  })
}
export const rentalsOf = (row: RentalRow) => 50 + 10 * row.temp + (row.kind === 'work' ? 5 : 0)

export async function projectIn(kernel: Kernel, zone: string): Promise<ProjectScope> {
  const slug = `m-${newId().slice(-12)}`
  const [row] = await kernel.db.insert(projects).values({ id: newId(), slug, name: slug, zone }).returning()
  return scopeOf(row!)
}

/** Serves a linear model of 2011 with its baseline at the endpoint `rentals`. */
export async function promoteRentals(kernel: Kernel, scope: ProjectScope) {
  const random = createRandom(9)
  const rows = rentalRows('2011-01-01T00:00:00', 2000, 4).map(row => ({
    ...row,
    rentals: rentalsOf(row) + random.normal() * 3,
  }))
  const { bundle } = await trainPipeline({
    frame: frameFromRows(frameSpecs(RENTALS), rows),
    schema: RENTALS,
    target: 'rentals',
    task: 'regression',
    trainerId: 'linear',
    seed: 1,
    now: () => 0,
  })
  const caller = callerOf(scope)
  const run = await insertDoneRun(kernel, scope, bundle)
  const registered = await registerVersion(kernel, caller, { run, name: 'rentals' })
  await promoteVersion(kernel, caller, {
    model: `rentals@${registered.version}`,
    endpoint: 'rentals',
    timeColumn: 'at',
  })
  return caller
}

/** Inserts rows into the prediction log as serve does; predictions are the label plus `error`. Returns their ids. */
export async function logPredictions(
  kernel: Kernel,
  scope: ProjectScope,
  endpoint: { id: string; versionId: string },
  rows: (RentalRow & { instant: string })[],
  error = 3,
): Promise<string[]> {
  const random = createRandom(4)
  const receivedAt = new Date(kernel.clock.now()).toISOString()
  const lines = rows.map(({ instant, ...features }) => ({
    received_at: receivedAt,
    id: newId(),
    project_id: scope.projectId,
    endpoint_id: endpoint.id,
    version_id: endpoint.versionId,
    request_id: 'test',
    caller_id: null,
    event_time: instant,
    features,
    prediction: rentalsOf(features as RentalRow) + random.normal() * error,
    probabilities: null,
    latency_ms: 1,
  }))
  for (let i = 0; i < lines.length; i += 2000)
    await insertPredictionLines(
      kernel.db,
      lines.slice(i, i + 2000).map(line => JSON.stringify(line)),
    )
  return lines.map(line => line.id)
}

export async function sendTruth(
  kernel: Kernel,
  scope: ProjectScope,
  endpointId: string,
  truths: { id: string; actual: number }[],
) {
  return saveFeedback(
    kernel.db,
    { projectId: scope.projectId, endpointId },
    truths.map(t => ({ ...t, time: null })),
    new Date(kernel.clock.now()),
  )
}

import { newId } from '#server/kernel/ids.ts'
import type { PredictAnswer, PredictionLine } from '#server/serving/contract.ts'
import { type Spool, storable } from '../../log/spool.ts'
import type { ModelAnswer } from '../../router/load-model.ts'
import type { LiveEndpoint, LiveTarget } from '../../router/route-table.ts'
import { eventTimes, invalid, type PredictRequest, readPredict } from './read-request.ts'

export interface ReceivedRequest {
  body: unknown
  eventTimeHeader?: string
  requestId: string
  receivedAtMs: number
  /** `performance.now()` at the arrival. */
  startedAt: number
}

/**
 * Reads and predicts the rows and writes them to the prediction log. No step waits for the database. Under the lenient policy a row that
 * cannot be understood has a null prediction and is not logged; under the strict one throws `invalid` with every cell that does not fit, and
 * nothing is logged.
 */
export async function answerPredict(
  live: LiveEndpoint,
  target: LiveTarget,
  spool: Spool,
  received: ReceivedRequest,
): Promise<PredictAnswer> {
  const { desired, loaded } = target
  const request = readPredict(received.body)
  spool.requireRoom()
  const { policy = 'strict', timeColumn } = live.desired
  const pending = loaded.predict(request.rows, { policy, timeColumn })
  const result = pending instanceof Promise ? await pending : pending
  if ('errors' in result) {
    live.stats.countOdd(desired, received.receivedAtMs, { refused: true, answerable: result.answerable })
    throw invalid(`The rows do not fit the signature of ${desired.model} v${desired.version}.`, result.errors)
  }
  const answer = result.answer
  const times = timeRows(live, request, answer, received)
  if (answer.report) {
    const { failedRows, warningCounts: counts } = answer.report
    live.stats.countOdd(desired, received.receivedAtMs, { failedRows, counts })
  }
  const ids = answer.predictions.map(prediction => (prediction === null ? null : newId()))
  await spool.append(makeLines(live, target, request, answer, { received, times, ids }))
  return {
    predictions: answer.predictions,
    ...(answer.probabilities ? { probabilities: answer.probabilities, classes: loaded.classes ?? [] } : {}),
    ids,
    model: desired.model,
    version: desired.version,
    requestId: received.requestId,
    ...reportOf(answer),
  }
}

/** Returns the event time of each row. A cell of the endpoint's time column that is no time fails its row under the lenient policy. */
function timeRows(
  { desired }: LiveEndpoint,
  { rows, times }: PredictRequest,
  answer: ModelAnswer,
  received: ReceivedRequest,
): string[] {
  // Times read by the column's format replace those as written.
  const read = answer.rows ? rows.map((row, i) => (answer.rows![i] ?? row) as Record<string, unknown>) : rows
  return eventTimes(read, {
    times,
    header: received.eventTimeHeader,
    column: desired.timeColumn,
    zone: desired.zone,
    receivedAtMs: received.receivedAtMs,
    ...(desired.policy === 'lenient' ? { reject: error => failRow(answer, error) } : {}),
  })
}

function failRow(answer: ModelAnswer, error: { row: number; column: string; expected: string; got: string }): void {
  if (answer.predictions[error.row] === null) return
  answer.predictions[error.row] = null
  if (answer.probabilities) answer.probabilities[error.row] = null
  answer.report ??= { warnings: [], warningCounts: [], errors: [], failedRows: 0, repairs: [] }
  answer.report.errors.push(error)
  answer.report.failedRows++
}

function reportOf({ report }: ModelAnswer) {
  if (!report) return { warnings: [], errors: [] }
  const { warnings, errors, warningCounts, failedRows } = report
  return {
    warnings,
    errors,
    ...(warningCounts.length > 0 ? { warningCounts } : {}),
    ...(failedRows > 0 ? { failedRows } : {}),
  }
}

/** Makes the lines of the prediction log: the rows as read, so that monitoring reads what the model read. */
function makeLines(
  { desired: endpoint }: LiveEndpoint,
  { desired }: LiveTarget,
  { rows, ids: callerIds }: PredictRequest,
  { predictions, probabilities, report, rows: read }: ModelAnswer,
  { received, times, ids }: { received: ReceivedRequest; times: string[]; ids: (string | null)[] },
): string[] {
  const receivedAt = new Date(received.receivedAtMs).toISOString()
  const latency = Math.round((performance.now() - received.startedAt) * 1000) / 1000
  const lines: string[] = []
  for (let i = 0; i < rows.length; i++) {
    const id = ids[i]
    if (!id) continue
    const line: PredictionLine = {
      received_at: receivedAt,
      id,
      project_id: endpoint.projectId,
      endpoint_id: endpoint.endpointId,
      version_id: desired.versionId,
      target_role: desired.role,
      request_id: received.requestId,
      caller_id: callerIds?.[i] ?? null,
      event_time: times[i]!,
      features: read?.[i] ?? rows[i],
      prediction: predictions[i] ?? null,
      probabilities: probabilities?.[i] ?? null,
      latency_ms: latency,
      repairs: report?.repairs[i] ?? null,
    }
    lines.push(storable(JSON.stringify(line)))
  }
  return lines
}

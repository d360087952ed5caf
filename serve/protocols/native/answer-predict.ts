import { newId } from '#server/kernel/ids.ts'
import type { DesiredEndpoint, PredictAnswer, PredictionLine } from '#server/serving/contract.ts'
import { type Spool, storable } from '../../log/spool.ts'
import type { LiveTarget } from '../../router/route-table.ts'
import { eventTimes, invalid, readPredict } from './read-request.ts'

export interface ReceivedRequest {
  body: unknown
  eventTimeHeader?: string
  requestId: string
  receivedAtMs: number
  /** `performance.now()` at the arrival. */
  startedAt: number
}

/**
 * Validates and predicts the rows and writes them to the prediction log. No step waits for the database. Throws `invalid` with every cell
 * that does not fit; then nothing is logged.
 */
export async function answerPredict(
  endpoint: DesiredEndpoint,
  { desired, loaded }: LiveTarget,
  spool: Spool,
  received: ReceivedRequest,
): Promise<PredictAnswer> {
  const { rows, times, ids: callerIds } = readPredict(received.body)
  spool.requireRoom()
  const pending = loaded.predict(rows)
  const result = pending instanceof Promise ? await pending : pending
  if ('errors' in result)
    throw invalid(`The rows do not fit the signature of ${desired.model} v${desired.version}.`, result.errors)
  const { predictions, probabilities } = result.answer
  const eventTime = eventTimes(rows, {
    times,
    header: received.eventTimeHeader,
    column: endpoint.timeColumn,
    zone: endpoint.zone,
    receivedAtMs: received.receivedAtMs,
  })
  const ids = rows.map(() => newId())
  const receivedAt = new Date(received.receivedAtMs).toISOString()
  const latency = Math.round((performance.now() - received.startedAt) * 1000) / 1000
  const lines = rows.map((row, i) => {
    const line: PredictionLine = {
      received_at: receivedAt,
      id: ids[i]!,
      project_id: endpoint.projectId,
      endpoint_id: endpoint.endpointId,
      version_id: desired.versionId,
      target_role: desired.role,
      request_id: received.requestId,
      caller_id: callerIds?.[i] ?? null,
      event_time: eventTime[i]!,
      features: row,
      prediction: predictions[i] ?? null,
      probabilities: probabilities?.[i] ?? null,
      latency_ms: latency,
    }
    return storable(JSON.stringify(line))
  })
  await spool.append(lines)
  return {
    predictions,
    ...(probabilities ? { probabilities, classes: loaded.classes ?? [] } : {}),
    ids,
    model: desired.model,
    version: desired.version,
    requestId: received.requestId,
  }
}

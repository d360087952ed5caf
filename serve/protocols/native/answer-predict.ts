import { newId } from '#server/kernel/ids.ts'
import type { PredictAnswer, PredictionLine } from '#server/serving/contract.ts'
import { type Spool, storable } from '../../log/spool.ts'
import type { LiveEndpoint } from '../../router/route-table.ts'
import { eventTimes, invalid, readPredict } from './read-request.ts'

export interface Asked {
  body: unknown
  eventTimeHeader?: string
  requestId: string
  receivedAtMs: number
  /** `performance.now()` of the arrival. */
  begun: number
}

/**
 * Validates, predicts, hands the log lines to the operating system and answers. No step waits for the database. Throws `invalid` with
 * every cell that does not fit, before anything is logged.
 */
export async function answerPredict(
  live: LiveEndpoint,
  spool: Spool,
  asked: Asked,
): Promise<{ answer: PredictAnswer; rows: number }> {
  const { desired, loaded } = live
  const { rows, times, ids: callerIds } = readPredict(asked.body)
  spool.requireRoom()
  const result = loaded.predict(rows)
  if ('errors' in result)
    throw invalid(`The rows do not fit the signature of ${desired.model} v${desired.version}.`, result.errors)
  const { predictions, probabilities } = result.answer
  const eventTime = eventTimes(rows, {
    times,
    header: asked.eventTimeHeader,
    column: desired.timeColumn,
    zone: desired.zone,
    receivedAtMs: asked.receivedAtMs,
  })
  const ids = rows.map(() => newId())
  const receivedAt = new Date(asked.receivedAtMs).toISOString()
  const latency = Math.round((performance.now() - asked.begun) * 1000) / 1000
  const lines = rows.map((row, i) => {
    const line: PredictionLine = {
      received_at: receivedAt,
      id: ids[i]!,
      project_id: desired.projectId,
      endpoint_id: desired.endpointId,
      version_id: desired.versionId,
      request_id: asked.requestId,
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
  const answer: PredictAnswer = {
    predictions,
    ...(probabilities ? { probabilities, classes: loaded.classes ?? [] } : {}),
    ids,
    model: desired.model,
    version: desired.version,
    requestId: asked.requestId,
  }
  return { answer, rows: rows.length }
}

import type { Db } from '#db/client.ts'
import { parseId } from '#server/kernel/ids.ts'
import type { FeedbackAnswer, FeedbackRow } from './contract.ts'
import { findPredictionsByCaller, findPredictionsById, insertFeedback, type KnownPrediction } from './store.ts'

/**
 * Joins ground truth with predictions, by our id or the caller's. The first feedback for a prediction is stored; later ones, also in the
 * same request, are duplicates. The serve process has authorized the caller; times are resolved.
 */
export async function saveFeedback(
  db: Db,
  endpoint: { projectId: string; endpointId: string },
  rows: { id: string; actual: FeedbackRow['actual']; time: Date | null }[],
  receivedAt: Date,
): Promise<Pick<FeedbackAnswer, 'accepted' | 'duplicates' | 'unknown'>> {
  const ourIds = new Set<string>()
  for (const row of rows) {
    const id = parseId(row.id)
    if (id) ourIds.add(id)
  }
  const byId = new Map<string, KnownPrediction>()
  for (const p of await findPredictionsById(db, endpoint, [...ourIds])) byId.set(p.id, p)
  const rest = new Set(rows.map(r => r.id).filter(id => !byId.has(parseId(id) ?? '')))
  const byCaller = new Map<string, KnownPrediction>()
  for (const p of await findPredictionsByCaller(db, endpoint, [...rest])) byCaller.set(p.callerId!, p)

  const unknown = new Set<string>()
  const fresh = new Map<string, { prediction: KnownPrediction; actual: FeedbackRow['actual']; time: Date | null }>()
  let known = 0
  for (const row of rows) {
    const prediction = byId.get(parseId(row.id) ?? '') ?? byCaller.get(row.id)
    if (!prediction) {
      unknown.add(row.id)
      continue
    }
    known++
    if (!fresh.has(prediction.id)) fresh.set(prediction.id, { prediction, actual: row.actual, time: row.time })
  }
  let accepted = 0
  const list = [...fresh.values()]
  for (let i = 0; i < list.length; i += 1000)
    accepted += await insertFeedback(db, endpoint, list.slice(i, i + 1000), receivedAt)
  return { accepted, duplicates: known - accepted, unknown: [...unknown] }
}

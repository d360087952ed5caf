import { hostname } from 'node:os'
import type { Db } from '#db/client.ts'
import { systemActor } from '#server/kernel/scope.ts'
import type { Notifier, Signal } from '#server/platform/notifier.ts'
import { createRecorder } from '#server/platform/record.ts'
import type { DesiredEndpoint, DesiredTarget } from '../contract.ts'
import { modelTakenOut } from '../events.ts'
import type { Outage } from './contract.ts'

/** Records that a serve process took a model out of traffic. */
export async function recordOutage(
  db: Db,
  notifier: Notifier,
  { desired, target, outage }: { desired: DesiredEndpoint; target: DesiredTarget; outage: Outage },
): Promise<void> {
  const signals: Signal[] = []
  await db.transaction(tx =>
    createRecorder(
      tx,
      systemActor('serve'),
      signals,
    )({
      projectId: desired.projectId,
      event: modelTakenOut,
      subject: { kind: 'endpoint', id: desired.endpointId },
      payload: {
        endpoint: desired.endpoint,
        model: target.model,
        version: target.version,
        code: outage.code,
        facts: { ...outage.facts },
        server: `${hostname()}:${process.pid}`,
      },
    }),
  )
  for (const signal of signals) notifier.wake(signal)
}

import { authorize, type Caller } from '#server/access/caller.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { describeEndpoint, describeEndpoints, describeHistory } from '#server/serving/service.ts'
import type { GRAINS, MonitorStatus, MonitorSummary } from './contract.ts'
import { openChecks } from './open-checks.ts'
import { currentVerdict } from './rules/current-verdict.ts'
import { listWindows, newestChecks } from './store.ts'

const ENDED = ['succeeded', 'failed', 'cancelled']

/** Lists every endpoint of the project with the result of its newest check. */
export async function listMonitors(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: MonitorSummary[]; next: string | null }> {
  await authorize(kernel, caller, 'monitoring:read')
  return readSnapshot(kernel, snapshot => summarizeMonitors(snapshot, caller))
}

async function summarizeMonitors(kernel: Kernel, caller: Caller) {
  const items = await describeEndpoints(kernel, caller.scope)
  const ids = items.map(e => e.id)
  const [checks, ended, open] = await Promise.all([
    newestChecks(kernel.db, caller.scope, ids, ['succeeded']),
    newestChecks(kernel.db, caller.scope, ids, ENDED),
    openChecks(kernel.db, caller.scope, ids),
  ])
  const of = <C extends { endpointId: string }>(rows: readonly C[], id: string) => rows.find(c => c.endpointId === id)
  return {
    items: items.map(e => {
      const check = of(checks, e.id)
      return {
        endpoint: e.endpoint,
        model: e.model,
        version: e.version,
        ...currentVerdict(check, of(ended, e.id), e),
        checkedAt: check?.endedAt?.toISOString() ?? null,
        drifted: check?.report?.columns.filter(c => c.drifted).length ?? 0,
        columns: check?.report?.columns.length ?? 0,
        judged: check?.report?.columns.filter(c => c.judged).length ?? 0,
        checking: open.some(o => o.endpointId === e.id),
      }
    }),
    next: null,
  }
}

/** Returns the newest check of an endpoint with its windows, oldest first. Throws `not_found`. */
export async function readStatus(
  kernel: Kernel,
  caller: Caller,
  input: { endpoint: string; grain: (typeof GRAINS)[number] },
): Promise<MonitorStatus> {
  await authorize(kernel, caller, 'monitoring:read')
  // One snapshot: a check that ends between two statements would be neither running nor the newest.
  return readSnapshot(kernel, snapshot => describeStatus(snapshot, caller.scope, input))
}

async function describeStatus(
  kernel: Kernel,
  scope: ProjectScope,
  input: { endpoint: string; grain: (typeof GRAINS)[number] },
): Promise<MonitorStatus> {
  const endpoint = await describeEndpoint(kernel, scope, input.endpoint)
  const [[done], [newest], [open], windows, history] = await Promise.all([
    newestChecks(kernel.db, scope, [endpoint.id], ['succeeded']),
    newestChecks(kernel.db, scope, [endpoint.id], ENDED),
    openChecks(kernel.db, scope, [endpoint.id]),
    listWindows(kernel.db, scope, endpoint.id, input.grain),
    describeHistory(kernel, scope, { endpoint: input.endpoint }),
  ])
  const report = done?.report
  return {
    endpoint: endpoint.endpoint,
    model: endpoint.model,
    version: endpoint.version,
    ...currentVerdict(done, newest, endpoint),
    checkedAt: done?.endedAt?.toISOString() ?? null,
    checking: open !== undefined,
    progress: open ? ((open.progress as MonitorStatus['progress']) ?? { done: 0 }) : null,
    checkedVersion: report?.version ?? null,
    rows: report?.rows ?? 0,
    labelled: report?.labelled ?? 0,
    metric: report?.metric ?? null,
    prediction: report?.prediction ?? null,
    zone: scope.zone,
    feedbackUrl: `${endpoint.url}/feedback`,
    grain: input.grain,
    columns: report?.columns ?? [],
    unwatched: report?.unwatched ?? [],
    performance: windows.map(w => w.performance),
    windows: windows.map(w => ({
      window: w.window,
      rows: w.rows,
      labelled: w.labelled,
      columns: w.columns,
      prediction: w.prediction,
      versions: w.versions,
    })),
    events: history.items
      .map(i => ({ at: i.at, label: i.action === 'rollback' ? `back to v${i.version}` : `v${i.version}` }))
      .reverse(),
  }
}

import type { ProjectScope } from '#server/kernel/scope.ts'
import { listAuditFacets, listAuditRows, writeAudit } from '#server/platform/audit.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { authorize, type Caller } from './caller.ts'
import type { AUDIT_OUTCOMES, AuditInput, AuditView } from './contract.ts'
import { nameOf } from './name-actors.ts'
import { findActorKeys, nameActors } from './store.ts'

export interface AuditPage {
  items: AuditView[]
  /** Cursor of the following page; null at the end. */
  next: number | null
}

/** The filters of a request, with its times as instants. */
export type AuditQuery = Omit<AuditInput, 'from' | 'to'> & { from?: Date; to?: Date }

/** Lists audit entries, newest first. */
export async function readAudit(kernel: Kernel, caller: Caller, input: AuditQuery): Promise<AuditPage> {
  await authorize(kernel, caller, 'audit:read')
  return page(kernel, caller.scope, input)
}

/** Lists audit entries outside of projects: sign-ins, accounts, anonymous refusals. The caller was checked to be an administrator. */
export const readInstanceAudit = (kernel: Kernel, input: AuditQuery): Promise<AuditPage> => page(kernel, null, input)

/** Records that the log was exported, with the filters that were in force. */
export async function recordAuditExport(
  kernel: Kernel,
  caller: Caller,
  format: string,
  { from, to, cursor, limit, ...filter }: AuditQuery,
): Promise<void> {
  await authorize(kernel, caller, 'audit:read')
  await writeAudit(kernel.db, caller.actor, {
    projectId: caller.scope.projectId,
    action: 'access.export-audit',
    subjectKind: 'project',
    subjectId: caller.scope.projectId,
    outcome: 'done',
    details: { format, ...filter, from: from?.toISOString(), to: to?.toISOString() },
  })
}

async function page(kernel: Kernel, scope: ProjectScope | null, input: AuditQuery): Promise<AuditPage> {
  const actors = input.q ? await findActorKeys(kernel.db, scope, input.q) : []
  const rows = await listAuditRows(kernel.db, scope, { ...input, actors })
  const shown = rows.slice(0, input.limit)
  const names = await nameActors(
    kernel.db,
    scope,
    shown.map(r => ({ kind: r.actorKind, id: r.actorId })),
  )
  return {
    items: shown.map(r => ({
      id: r.id,
      at: r.at.toISOString(),
      actor: `${r.actorKind}:${r.actorId}`,
      actorName: nameOf(names, r.actorKind, r.actorId),
      action: r.action,
      subjectKind: r.subjectKind,
      subjectId: r.subjectId,
      outcome: r.outcome as (typeof AUDIT_OUTCOMES)[number],
      reason: r.reason,
      details: r.details,
      requestId: r.requestId,
    })),
    next: rows.length > input.limit ? shown[shown.length - 1]!.id : null,
  }
}

/** The actions and actors that the audit page can filter by. */
export interface AuditFacets {
  actions: string[]
  actors: { value: string; label: string }[]
}

export async function readAuditFacets(kernel: Kernel, caller: Caller): Promise<AuditFacets> {
  await authorize(kernel, caller, 'audit:read')
  return facets(kernel, caller.scope)
}

export const readInstanceAuditFacets = (kernel: Kernel): Promise<AuditFacets> => facets(kernel, null)

async function facets(kernel: Kernel, scope: ProjectScope | null): Promise<AuditFacets> {
  const rows = await listAuditFacets(kernel.db, scope)
  const actors = [...new Map(rows.map(r => [`${r.actorKind}:${r.actorId}`, r])).values()]
  const names = await nameActors(
    kernel.db,
    scope,
    actors.map(a => ({ kind: a.actorKind, id: a.actorId })),
  )
  return {
    actions: [...new Set(rows.map(r => r.action))].sort(),
    actors: actors
      .map(a => ({ value: `${a.actorKind}:${a.actorId}`, label: nameOf(names, a.actorKind, a.actorId) }))
      .sort((a, b) => a.label.localeCompare(b.label, 'en')),
  }
}

import type { Kernel } from '#server/kernel/kernel.ts'
import { authorise, type Caller } from './caller.ts'
import type { AUDIT_OUTCOMES, AuditInput, AuditView } from './contract.ts'
import { nameOf } from './name-actors.ts'
import { listAuditFacets, listAuditRows, nameActors } from './store.ts'

/** Newest first; `next` is the cursor of the following page, null at the end. */
export async function readAudit(
  kernel: Kernel,
  caller: Caller,
  input: AuditInput,
): Promise<{ items: AuditView[]; next: number | null }> {
  await authorise(kernel, caller, 'audit:read')
  const rows = await listAuditRows(kernel.db, caller.scope, input)
  const page = rows.slice(0, input.limit)
  const names = await nameActors(
    kernel.db,
    caller.scope,
    page.map(r => ({ kind: r.actorKind, id: r.actorId })),
  )
  return {
    items: page.map(r => ({
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
    next: rows.length > input.limit ? page[page.length - 1]!.id : null,
  }
}

/** What the audit page offers to filter by. */
export async function readAuditFacets(
  kernel: Kernel,
  caller: Caller,
): Promise<{ actions: string[]; actors: { value: string; label: string }[] }> {
  await authorise(kernel, caller, 'audit:read')
  const rows = await listAuditFacets(kernel.db, caller.scope)
  const actors = [...new Map(rows.map(r => [`${r.actorKind}:${r.actorId}`, r])).values()]
  const names = await nameActors(
    kernel.db,
    caller.scope,
    actors.map(a => ({ kind: a.actorKind, id: a.actorId })),
  )
  return {
    actions: [...new Set(rows.map(r => r.action))].sort(),
    actors: actors
      .map(a => ({ value: `${a.actorKind}:${a.actorId}`, label: nameOf(names, a.actorKind, a.actorId) }))
      .sort((a, b) => a.label.localeCompare(b.label, 'en')),
  }
}

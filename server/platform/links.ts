import { and, desc, eq, inArray, or, type SQL } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { links } from '#db/schema/platform.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Relation, SubjectKind } from './subjects/contract.ts'

export interface Ref {
  kind: SubjectKind
  id: string
}

export interface Link {
  from: Ref
  /** Relation of `from` to `to`, for example `trained-on`, `registered-from`, `serves`. */
  relation: Relation
  to: Ref
}

/** Writes links in the transaction of the caller. Idempotent. */
export async function writeLinks(tx: Handle, projectId: string, list: Link[]): Promise<void> {
  if (list.length === 0) return
  await tx
    .insert(links)
    .values(
      list.map(l => ({
        projectId,
        fromKind: l.from.kind,
        fromId: l.from.id,
        relation: l.relation,
        toKind: l.to.kind,
        toId: l.to.id,
      })),
    )
    .onConflictDoNothing()
}

const toLink = (r: typeof links.$inferSelect): Link => ({
  from: { kind: r.fromKind as SubjectKind, id: r.fromId },
  relation: r.relation as Relation,
  to: { kind: r.toKind as SubjectKind, id: r.toId },
})

/** Lists the users of `ref`, which a deletion would affect. */
export async function usersOf(db: Handle, scope: ProjectScope, ref: Ref): Promise<Link[]> {
  const rows = await db
    .select()
    .from(links)
    .where(and(eq(links.projectId, scope.projectId), eq(links.toKind, ref.kind), eq(links.toId, ref.id)))
  return rows.map(toLink)
}

const ofKinds = (refs: readonly Ref[], side: (kind: string, ids: string[]) => SQL | undefined) =>
  or(
    ...[...Map.groupBy(refs, ref => ref.kind)].map(([kind, list]) =>
      side(
        kind,
        list.map(ref => ref.id),
      ),
    ),
  )

/** Lists what any of `refs` depends on, newest first, at most `limit`. */
export async function linksFrom(db: Handle, scope: ProjectScope, refs: readonly Ref[], limit: number): Promise<Link[]> {
  if (refs.length === 0) return []
  const rows = await db
    .select()
    .from(links)
    .where(
      and(
        eq(links.projectId, scope.projectId),
        ofKinds(refs, (kind, ids) => and(eq(links.fromKind, kind), inArray(links.fromId, ids))),
      ),
    )
    .orderBy(desc(links.createdAt))
    .limit(limit)
  return rows.map(toLink)
}

/** Lists what depends on any of `refs`, newest first, at most `limit`. */
export async function linksTo(db: Handle, scope: ProjectScope, refs: readonly Ref[], limit: number): Promise<Link[]> {
  if (refs.length === 0) return []
  const rows = await db
    .select()
    .from(links)
    .where(
      and(
        eq(links.projectId, scope.projectId),
        ofKinds(refs, (kind, ids) => and(eq(links.toKind, kind), inArray(links.toId, ids))),
      ),
    )
    .orderBy(desc(links.createdAt))
    .limit(limit)
  return rows.map(toLink)
}

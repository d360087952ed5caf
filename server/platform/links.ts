import { and, desc, eq, inArray, or, type SQL } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { links } from '#db/schema/index.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Relation, SubjectKind } from './subjects/contract.ts'

export interface Ref {
  kind: SubjectKind
  id: string
}

export interface Link {
  from: Ref
  /** What `from` does with `to`, as `trained-on`, `registered-from`, `serves`. */
  relation: Relation
  to: Ref
}

/** Written by each domain in its own transaction; writing one twice is one. */
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

/** Who uses `ref`: what a deletion would hurt. */
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

/** What any of `refs` stands on, newest first, at most `limit`. */
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

/** What stands on any of `refs`, newest first, at most `limit`. */
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

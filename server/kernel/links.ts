import { and, eq } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { links } from '#db/schema/index.ts'
import type { ProjectScope } from './scope.ts'

export interface Ref {
  kind: string
  id: string
}

export interface Link {
  from: Ref
  /** What `from` does with `to`, as `trained-on`, `registered-from`, `serves`. */
  relation: string
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
  from: { kind: r.fromKind, id: r.fromId },
  relation: r.relation,
  to: { kind: r.toKind, id: r.toId },
})

/** Who uses `ref`: what a deletion would hurt. */
export async function usersOf(db: Handle, scope: ProjectScope, ref: Ref): Promise<Link[]> {
  const rows = await db
    .select()
    .from(links)
    .where(and(eq(links.projectId, scope.projectId), eq(links.toKind, ref.kind), eq(links.toId, ref.id)))
  return rows.map(toLink)
}

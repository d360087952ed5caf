import type { Tx } from '#db/client.ts'
import { AppError, isUniqueViolation } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { actorKey, type ProjectScope, scopeOf } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { CreateProjectInput, ProjectView, Role } from './contract.ts'
import { projectCreated } from './events.ts'
import { insertProject, listProjects, type ProjectRow, upsertMember } from './store.ts'

/** Writes the defaults of other domains into a new project, in its transaction; composed in `server/api/create-project.ts`. */
export type OnProjectCreated = (tx: Tx, scope: ProjectScope, createdBy: string) => Promise<void>

export async function writeProject(
  kernel: Kernel,
  c: Change,
  input: { slug: string; name?: string; zone?: string; owner: string | null },
  onCreated?: OnProjectCreated,
): Promise<ProjectRow> {
  const id = newId(kernel.clock)
  const name = input.name || input.slug
  const project = await insertProject(c.tx, {
    id,
    slug: input.slug,
    name,
    zone: input.zone ?? 'UTC',
    createdBy: input.owner,
  })
  if (input.owner) await upsertMember(c.tx, id, input.owner, 'owner')
  await onCreated?.(c.tx, scopeOf(project), actorKey(c.actor))
  await c.record({
    projectId: id,
    event: projectCreated,
    subject: { kind: 'project', id },
    payload: { slug: input.slug },
    audit: { action: 'access.create-project', details: { slug: input.slug, name } },
  })
  return project
}

/** Creates a project owned by the person. Throws `conflict` if the name is taken. */
export async function createProject(
  kernel: Kernel,
  person: { userId: string },
  input: CreateProjectInput,
  onCreated?: OnProjectCreated,
): Promise<{ slug: string }> {
  const actor = { kind: 'user' as const, id: person.userId }
  try {
    const { slug } = await change(kernel, actor, c =>
      writeProject(kernel, c, { ...input, owner: person.userId }, onCreated),
    )
    return { slug }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new AppError('conflict', `The name “${input.slug}” is taken.`, {
      hint: 'Project names are shared by the whole instance; choose another.',
    })
  }
}

/** Lists the projects that a person may enter, with the role in each; archived ones only if asked for. */
export async function projectsOf(
  kernel: Kernel,
  person: { userId: string; isAdmin: boolean },
  { archived = false }: { archived?: boolean } = {},
): Promise<{ items: ProjectView[] }> {
  const rows = await listProjects(kernel.db, person.userId, { all: person.isAdmin, archived })
  return {
    items: rows.map(r => ({
      id: r.project.id,
      slug: r.project.slug,
      name: r.project.name,
      zone: r.project.zone,
      description: r.project.description,
      role: (person.isAdmin ? 'owner' : r.role) as Role,
      isMember: r.role !== null,
      members: r.members,
      createdAt: r.project.createdAt.toISOString(),
      archivedAt: r.project.archivedAt?.toISOString() ?? null,
    })),
  }
}

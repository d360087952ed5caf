import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { authorize, type Caller } from './caller.ts'
import type { ArchiveProjectInput, ProjectSettings, UpdateProjectInput } from './contract.ts'
import { projectArchived, projectRestored, projectUpdated } from './events.ts'
import { archivedOf, findProject, lockProject, type ProjectRow, updateProject as writeSettings } from './store.ts'

const settingsOf = (project: ProjectRow): ProjectSettings => ({
  project: project.slug,
  name: project.name,
  description: project.description,
  zone: project.zone,
  createdAt: project.createdAt.toISOString(),
  archivedAt: project.archivedAt?.toISOString() ?? null,
  archivedEndpoints: archivedOf(project) ?? null,
})

const projectOf = async (kernel: Kernel, caller: Caller): Promise<ProjectRow> => {
  const project = await findProject(kernel.db, caller.scope.slug)
  if (!project) throw new AppError('not_found', `There is no project “${caller.scope.slug}” here.`)
  return project
}

export async function readProject(kernel: Kernel, caller: Caller): Promise<ProjectSettings> {
  await authorize(kernel, caller, 'project:read')
  return settingsOf(await projectOf(kernel, caller))
}

/** Changes name, description or time zone. The slug stays, so that addresses and tokens go on working. */
export async function updateProject(
  kernel: Kernel,
  caller: Caller,
  input: UpdateProjectInput,
): Promise<ProjectSettings> {
  await authorize(kernel, caller, 'project:update')
  const before = await projectOf(kernel, caller)
  const { name = before.name, description = before.description, zone = before.zone } = input
  const set = { name, description, zone }
  const changed = (['name', 'description', 'zone'] as const).filter(key => set[key] !== before[key])
  if (changed.length === 0) return settingsOf(before)
  return change(kernel, caller.actor, async c => {
    const project = await writeSettings(c.tx, caller.scope, set)
    await c.record({
      projectId: caller.scope.projectId,
      event: projectUpdated,
      subject: { kind: 'project', id: caller.scope.projectId },
      payload: { name },
      audit: {
        action: 'access.update-project',
        details: Object.fromEntries(changed.map(key => [key, `${before[key]} → ${set[key]}`])),
      },
    })
    return settingsOf(project)
  })
}

/** Archives a project: hidden from lists and read-only. Its endpoints go on or stop. Throws `invalid` unless its slug is confirmed. */
export async function archiveProject(
  kernel: Kernel,
  caller: Caller,
  { confirm, endpoints }: ArchiveProjectInput,
): Promise<ProjectSettings> {
  await authorize(kernel, caller, 'project:update')
  if (confirm !== caller.scope.slug)
    throw new AppError('invalid', `Type “${caller.scope.slug}” to confirm.`, {
      details: [{ column: 'confirm', expected: caller.scope.slug, got: confirm }],
    })
  return setArchived(kernel, caller, endpoints)
}

/** Restores an archived project. */
export async function restoreProject(kernel: Kernel, caller: Caller): Promise<ProjectSettings> {
  await authorize(kernel, caller, 'project:update')
  return setArchived(kernel, caller, null)
}

/** Archives with the state of the endpoints, or restores (null). Does nothing if the project is in that state. */
async function setArchived(
  kernel: Kernel,
  caller: Caller,
  endpoints: ArchiveProjectInput['endpoints'] | null,
): Promise<ProjectSettings> {
  return change(kernel, caller.actor, async c => {
    await lockProject(c.tx, caller.scope)
    const before = await findProject(c.tx, caller.scope.slug)
    if (before && (archivedOf(before) ?? null) === endpoints) return settingsOf(before)
    const project = await writeSettings(c.tx, caller.scope, {
      archivedAt: endpoints === null ? null : (before?.archivedAt ?? nowDate(kernel.clock)),
      archivedEndpoints: endpoints,
    })
    const subject = { kind: 'project', id: caller.scope.projectId } as const
    const { projectId } = caller.scope
    if (endpoints === null)
      await c.record({
        projectId,
        event: projectRestored,
        subject,
        payload: {},
        audit: { action: 'access.restore-project' },
      })
    else
      await c.record({
        projectId,
        event: projectArchived,
        subject,
        payload: { endpoints },
        audit: { action: 'access.archive-project' },
      })
    // Inference servers keep with each token whether its project answers.
    c.wakeAfter({ topic: 'token' })
    return settingsOf(project)
  })
}

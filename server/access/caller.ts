import { AppError } from '#server/kernel/errors.ts'
import type { Actor, ProjectScope } from '#server/kernel/scope.ts'
import { writeAudit } from '#server/platform/audit.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { PERMISSIONS, type Permission, type Role, roleMay } from './contract.ts'

/** A person or token that may enter a project, with the role read from the database for this request. */
export interface Caller {
  actor: Actor
  scope: ProjectScope
  role: Role
}

/**
 * Throws `forbidden` unless the caller's role has the permission. Every use case calls this first. A refusal is audited on its own
 * connection.
 */
export async function authorize(kernel: Kernel, caller: Caller, permission: Permission): Promise<void> {
  if (roleMay(caller.role, permission)) return
  await writeAudit(kernel.db, caller.actor, {
    projectId: caller.scope.projectId,
    action: permission,
    subjectKind: 'project',
    subjectId: caller.scope.projectId,
    outcome: 'refused',
    reason: `role ${caller.role}`,
  })
  throw new AppError(
    'forbidden',
    `Your role in this project is ${caller.role}; this needs ${PERMISSIONS[permission]}.`,
    { hint: 'An owner of the project can give you a higher role.' },
  )
}

/** Throws unless the caller is a person: a token must not manage what outlives its expiry (members, other tokens). */
export async function requirePerson(kernel: Kernel, caller: Caller, action: Permission | 'signed-in'): Promise<string> {
  if (caller.actor.kind === 'user') return caller.actor.id
  await writeAudit(kernel.db, caller.actor, {
    projectId: caller.scope.projectId,
    action,
    subjectKind: 'project',
    subjectId: caller.scope.projectId,
    outcome: 'refused',
    reason: 'not a person',
  })
  throw new AppError('forbidden', 'This is for signed-in persons, not for API tokens.', {
    hint: 'Sign in to the dashboard, or use `fleximl token create` on the server’s machine.',
  })
}

/** Throws `forbidden` unless the person is an administrator of the instance. */
export async function requireAdmin(kernel: Kernel, person: { userId: string; isAdmin: boolean }): Promise<void> {
  if (person.isAdmin) return
  await writeAudit(
    kernel.db,
    { kind: 'user', id: person.userId },
    {
      projectId: null,
      action: 'admin',
      subjectKind: 'instance',
      subjectId: 'instance',
      outcome: 'refused',
      reason: 'no administrator',
    },
  )
  throw new AppError('forbidden', 'This is for the administrators of this instance.')
}

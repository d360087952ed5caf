import { AppError } from '#server/kernel/errors.ts'
import type { Actor, ProjectScope } from '#server/kernel/scope.ts'
import { writeAudit } from '#server/platform/audit.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import {
  type ArchivedEndpoints,
  allowedWhenArchived,
  mayGrant,
  PERMISSIONS,
  type Permission,
  type Role,
  roleMay,
} from './contract.ts'

/** A person or token that may enter a project, with the role read from the database for this request. */
export interface Caller {
  actor: Actor
  scope: ProjectScope
  role: Role
  /** Set while the project is archived: what becomes of its endpoints. */
  archived?: ArchivedEndpoints
  /** When the token ends; null: never. */
  tokenExpiresAt?: Date | null
}

const auditRefusal = (kernel: Kernel, caller: Caller, action: Permission | 'signed-in', reason: string) =>
  writeAudit(kernel.db, caller.actor, {
    projectId: caller.scope.projectId,
    action,
    subjectKind: 'project',
    subjectId: caller.scope.projectId,
    outcome: 'refused',
    reason,
  })

/**
 * Throws `forbidden` unless the caller's role has the permission, and `conflict` if the project is archived and may not be changed. Every
 * use case calls this first. A refusal is audited on its own connection.
 */
export async function authorize(kernel: Kernel, caller: Caller, permission: Permission): Promise<void> {
  const may = roleMay(caller.role, permission)
  if (may && (caller.archived === undefined || allowedWhenArchived(permission, caller.archived))) return
  await auditRefusal(kernel, caller, permission, may ? 'archived project' : `role ${caller.role}`)
  if (may)
    throw new AppError('conflict', `The project ${caller.scope.slug} is archived: it can only be read.`, {
      hint: 'An owner can restore it in the project’s settings, or with `fleximl project restore`.',
    })
  throw new AppError(
    'forbidden',
    `Your role in this project is ${caller.role}; this needs ${PERMISSIONS[permission]}.`,
    { hint: 'An owner of the project can give you a higher role.' },
  )
}

/**
 * Throws `forbidden` if a token would grant what only a person may: a role above its own, or an owner, who would outlive the token and
 * could lock out the others.
 */
export async function requireGrantable(
  kernel: Kernel,
  caller: Caller,
  permission: Permission,
  roles: readonly (Role | null | undefined)[],
): Promise<void> {
  if (caller.actor.kind === 'user') return
  const wrong = roles.find(role => role && (role === 'owner' || !mayGrant(caller.role, role)))
  if (!wrong) return
  await auditRefusal(kernel, caller, permission, `a token may not decide about the role ${wrong}`)
  throw new AppError('forbidden', `An API token cannot make, change or remove members with the role ${wrong}.`, {
    hint: 'An owner does this on the project’s Access page.',
  })
}

/** Throws unless the caller is a person. */
export async function requirePerson(kernel: Kernel, caller: Caller, action: Permission | 'signed-in'): Promise<string> {
  if (caller.actor.kind === 'user') return caller.actor.id
  await auditRefusal(kernel, caller, action, 'not a person')
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

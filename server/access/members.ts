import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { authorize, type Caller, requirePerson } from './caller.ts'
import type { MemberView, Role } from './contract.ts'
import { memberAdded, memberChanged, memberJoined, memberRemoved } from './events.ts'
import { keepsAnOwner } from './rules/decide-member.ts'
import { findUserByEmail } from './sign-in/store.ts'
import { deleteMember, listMembers, lockProject, upsertMember } from './store.ts'

export async function readMembers(kernel: Kernel, caller: Caller): Promise<{ items: MemberView[] }> {
  await authorize(kernel, caller, 'member:read')
  const rows = await listMembers(kernel.db, caller.scope)
  return {
    items: rows.map(({ disabledAt, since, ...r }) => ({
      ...r,
      since: since.toISOString(),
      disabled: disabledAt !== null,
      isSelf: caller.actor.kind === 'user' && caller.actor.id === r.userId,
    })),
  }
}

const CHANGES = {
  added: { event: memberAdded, action: 'access.add-member' },
  changed: { event: memberChanged, action: 'access.change-member' },
  removed: { event: memberRemoved, action: 'access.remove-member' },
  joined: { event: memberJoined, action: 'access.join-member' },
}

/** Records a change of a membership: the person, the previous role and the new one. */
export async function recordMember(
  c: Change,
  scope: ProjectScope,
  verb: keyof typeof CHANGES,
  userId: string,
  payload: { from?: Role; to?: Role },
): Promise<void> {
  const { event, action } = CHANGES[verb]
  const subject = { kind: 'user', id: userId } as const
  await c.record({ projectId: scope.projectId, event, subject, payload, audit: { action } })
}

/** Adds a person who has an account on this instance. Throws `not_found` (no account), `conflict` (is a member). */
export async function addMember(
  kernel: Kernel,
  caller: Caller,
  input: { email: string; role: Role },
): Promise<{ userId: string }> {
  await authorize(kernel, caller, 'member:manage')
  await requirePerson(kernel, caller, 'member:manage')
  const user = await findUserByEmail(kernel.db, input.email)
  if (!user || user.disabledAt)
    throw new AppError('not_found', `No account has the e-mail address ${input.email}.`, {
      hint: 'Create an invitation and send its link.',
    })
  return change(kernel, caller.actor, async c => {
    await lockProject(c.tx, caller.scope)
    if ((await listMembers(c.tx, caller.scope)).some(m => m.userId === user.id))
      throw new AppError('conflict', `${user.name} is already a member.`, { hint: 'Change the role in the list.' })
    await upsertMember(c.tx, caller.scope.projectId, user.id, input.role)
    await recordMember(c, caller.scope, 'added', user.id, { to: input.role })
    return { userId: user.id }
  })
}

/** Sets or removes (`role: null`) a member. A project keeps an owner who can sign in. Members of any role may remove themselves. */
async function setMember(kernel: Kernel, caller: Caller, userId: string, role: Role | null): Promise<void> {
  const leaves = role === null && caller.actor.kind === 'user' && caller.actor.id === userId
  await authorize(kernel, caller, leaves ? 'member:read' : 'member:manage')
  await requirePerson(kernel, caller, 'member:manage')
  await change(kernel, caller.actor, async c => {
    await lockProject(c.tx, caller.scope)
    const all = await listMembers(c.tx, caller.scope)
    const member = all.find(m => m.userId === userId)
    if (!member) throw new AppError('not_found', 'This person is no member of the project.')
    if (member.role === role) return
    if (!keepsAnOwner(all, userId, role))
      throw new AppError('conflict', `${member.name} is the last owner of this project.`, {
        hint: 'Make another member an owner first.',
      })
    if (role === null) await deleteMember(c.tx, caller.scope, userId)
    else await upsertMember(c.tx, caller.scope.projectId, userId, role)
    await recordMember(c, caller.scope, role === null ? 'removed' : 'changed', userId, {
      from: member.role,
      to: role ?? undefined,
    })
  })
}

export async function changeMember(kernel: Kernel, caller: Caller, input: { userId: string; role: Role }) {
  await setMember(kernel, caller, input.userId, input.role)
  return input
}

export async function removeMember(kernel: Kernel, caller: Caller, userId: string) {
  await setMember(kernel, caller, userId, null)
  return { userId }
}

import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { authorize, type Caller, requireGrantable } from './caller.ts'
import type { AddMemberInput, MemberView, Role } from './contract.ts'
import { type Invited, invite } from './invitations.ts'
import { recordMember } from './record-member.ts'
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

/** A member, or the invitation for an address without an account. */
export interface AddedMember {
  userId: string | null
  invitation: Invited | null
}

/**
 * Adds a person who has an account on this instance; with `invite` an address without one gets an invitation. Throws `not_found` (no
 * account), `conflict` (is a member, or the account is disabled).
 */
export async function addMember(kernel: Kernel, caller: Caller, input: AddMemberInput): Promise<AddedMember> {
  await authorize(kernel, caller, 'member:manage')
  await requireGrantable(kernel, caller, 'member:manage', [input.role])
  const user = await findUserByEmail(kernel.db, input.email)
  if (user?.disabledAt)
    throw new AppError('conflict', `The account of ${input.email} is disabled.`, {
      hint: 'An administrator of the instance can enable it: `fleximl user enable EMAIL`.',
    })
  if (!user && input.invite)
    return { userId: null, invitation: await invite(kernel, caller, { email: input.email, role: input.role }) }
  if (!user)
    throw new AppError('not_found', `No account has the e-mail address ${input.email}.`, {
      hint: 'Create an invitation and send its link.',
    })
  return change(kernel, caller.actor, async c => {
    await lockProject(c.tx, caller.scope)
    if ((await listMembers(c.tx, caller.scope)).some(m => m.userId === user.id))
      throw new AppError('conflict', `${user.name} is already a member.`, { hint: 'Change the role in the list.' })
    await upsertMember(c.tx, caller.scope.projectId, user.id, input.role)
    await recordMember(c, caller.scope, 'added', user.id, { to: input.role })
    return { userId: user.id, invitation: null }
  })
}

/** Sets or removes (`role: null`) a member. A project keeps an owner who can sign in. Members of any role may remove themselves. */
async function setMember(kernel: Kernel, caller: Caller, userId: string, role: Role | null): Promise<void> {
  const leaves = role === null && caller.actor.kind === 'user' && caller.actor.id === userId
  await authorize(kernel, caller, leaves ? 'member:read' : 'member:manage')
  const known = (await listMembers(kernel.db, caller.scope)).find(m => m.userId === userId)
  await requireGrantable(kernel, caller, 'member:manage', [role, known?.role])
  await change(kernel, caller.actor, async c => {
    await lockProject(c.tx, caller.scope)
    const all = await listMembers(c.tx, caller.scope)
    const member = all.find(m => m.userId === userId)
    if (!member) throw new AppError('not_found', 'This person is no member of the project.')
    if (member.role !== known?.role)
      throw new AppError('conflict', `The role of ${member.name} has just changed.`, { hint: 'Try again.' })
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

import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId, newSecret, sha256 } from '#server/kernel/ids.ts'
import { scopeOf } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { authorize, type Caller, requireGrantable } from './caller.ts'
import { INVITATION_DAYS, type InvitationView, type InviteInput, type NewAccountInput, type Role } from './contract.ts'
import { recordMember } from './record-member.ts'
import { higherRole } from './rules/decide-member.ts'
import { writeUser } from './sign-in/links.ts'
import { hashPassword } from './sign-in/sign-in.ts'
import { findUser } from './sign-in/store.ts'
import {
  findMemberRole,
  findOpenInvitation,
  type InvitationRow,
  insertInvitation,
  listInvitations,
  markInvitationRevoked,
  type ProjectRow,
  takeInvitation,
  upsertMember,
} from './store.ts'

const DAY_MS = 86_400_000

export interface Invited {
  id: string
  link: string
  expiresAt: string
}

const deadInvitation = () =>
  new AppError('not_found', 'This invitation is not valid: it was used, withdrawn, or has expired.', {
    hint: 'An owner of the project can create a new one.',
  })

/** Creates an invitation. The link is only in this response; the database stores its hash. */
export async function invite(kernel: Kernel, caller: Caller, input: InviteInput): Promise<Invited> {
  await authorize(kernel, caller, 'member:manage')
  await requireGrantable(kernel, caller, 'member:manage', [input.role])
  const { actor } = caller
  const token = newSecret()
  const id = newId(kernel.clock)
  const now = nowDate(kernel.clock)
  const expiresAt = new Date(now.getTime() + INVITATION_DAYS * DAY_MS)
  await change(kernel, caller.actor, async c => {
    await insertInvitation(c.tx, {
      id,
      projectId: caller.scope.projectId,
      tokenHash: sha256(token),
      email: input.email ?? null,
      role: input.role,
      createdBy: actor.kind === 'user' ? actor.id : null,
      createdByToken: actor.kind === 'token' ? actor.id : null,
      createdAt: now,
      expiresAt,
    })
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'invitation', id },
      audit: { action: 'access.invite', details: { role: input.role, bound: input.email !== undefined } },
    })
  })
  return { id, link: `${kernel.env.FLEXIML_URL}/invite/${token}`, expiresAt: expiresAt.toISOString() }
}

export async function readInvitations(kernel: Kernel, caller: Caller): Promise<{ items: InvitationView[] }> {
  await authorize(kernel, caller, 'member:manage')
  const now = kernel.clock.now()
  const rows = await listInvitations(kernel.db, caller.scope)
  return {
    items: rows.map(r => ({
      id: r.id,
      email: r.email,
      role: r.role as Role,
      invitedBy: r.invitedBy ?? 'a deleted account',
      createdAt: r.createdAt.toISOString(),
      expiresAt: r.expiresAt.toISOString(),
      state: r.revokedAt ? 'revoked' : r.acceptedAt ? 'accepted' : r.expiresAt.getTime() <= now ? 'expired' : 'open',
    })),
  }
}

export async function revokeInvitation(kernel: Kernel, caller: Caller, id: string): Promise<{ id: string }> {
  await authorize(kernel, caller, 'member:manage')
  await change(kernel, caller.actor, async c => {
    if (!(await markInvitationRevoked(c.tx, caller.scope, id, nowDate(kernel.clock))))
      throw new AppError('not_found', 'There is no open invitation with this id in the project.')
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'invitation', id },
      audit: { action: 'access.revoke-invitation' },
    })
  })
  return { id }
}

/** Returns what the holder of an invitation link may see before accepting. Throws `not_found`. */
export async function showInvitation(kernel: Kernel, token: string) {
  const { invitation, project } = await requireOpen(kernel, token)
  const by = invitation.createdBy ? await findUser(kernel.db, invitation.createdBy) : undefined
  return {
    project: project.slug,
    projectName: project.name,
    role: invitation.role as Role,
    email: invitation.email,
    invitedBy: by?.name ?? null,
    expiresAt: invitation.expiresAt.toISOString(),
  }
}

async function requireOpen(kernel: Kernel, token: string) {
  const open = await findOpenInvitation(kernel.db, sha256(token), nowDate(kernel.clock))
  if (!open) throw deadInvitation()
  return open
}

function requireInvited(invitation: InvitationRow, email: string): void {
  if (invitation.email !== null && invitation.email.toLowerCase() !== email.toLowerCase())
    throw new AppError('forbidden', `This invitation is for ${invitation.email}.`, {
      hint: 'Use that e-mail address, or get an invitation for yours.',
    })
}

async function join(
  kernel: Kernel,
  c: Change,
  open: { invitation: InvitationRow; project: ProjectRow },
  userId: string,
) {
  const { invitation, project } = open
  if (!(await takeInvitation(c.tx, invitation.id, userId, nowDate(kernel.clock)))) throw deadInvitation()
  const before = await findMemberRole(c.tx, project.id, userId)
  const role = higherRole(before, invitation.role as Role)
  await upsertMember(c.tx, project.id, userId, role)
  await recordMember(c, scopeOf(project), 'joined', userId, { from: before, to: role })
}

/** Adds the signed-in person to the project. Throws `not_found` (link), `forbidden` (meant for another address). */
export async function acceptInvitation(
  kernel: Kernel,
  person: { userId: string; email: string },
  token: string,
): Promise<{ project: string }> {
  const open = await requireOpen(kernel, token)
  requireInvited(open.invitation, person.email)
  await change(kernel, { kind: 'user', id: person.userId }, c => join(kernel, c, open, person.userId))
  return { project: open.project.slug }
}

/** Creates an account that joins the project. Also throws `conflict` (the address has an account) and `invalid` (password). */
export async function joinByInvitation(
  kernel: Kernel,
  input: NewAccountInput,
): Promise<{ project: string; email: string }> {
  const open = await requireOpen(kernel, input.token)
  requireInvited(open.invitation, input.email)
  const passwordHash = await hashPassword(input.password, input.email)
  const id = newId(kernel.clock)
  await change(kernel, { kind: 'user', id }, async c => {
    await writeUser(kernel, c, { id, email: input.email, name: input.name, passwordHash, isAdmin: false })
    await c.record({ projectId: null, subject: { kind: 'user', id }, audit: { action: 'access.make-account' } })
    await join(kernel, c, open, id)
  })
  return { project: open.project.slug, email: input.email }
}

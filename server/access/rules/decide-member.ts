import { ROLES, type Role } from '../contract.ts'

/** Returns true if the project still has an owner who can sign in after `userId` gets `role` (null: removed). */
export const keepsAnOwner = (
  members: readonly { userId: string; role: Role; disabledAt: Date | null }[],
  userId: string,
  role: Role | null,
): boolean => {
  const isOwner = (m: (typeof members)[number]) =>
    m.disabledAt === null && (m.userId === userId ? role : m.role) === 'owner'
  // A project created on the server's machine has no owner; administrators manage it, so this change cannot make it worse.
  const hadOwner = members.some(m => m.disabledAt === null && m.role === 'owner')
  return !hadOwner || members.some(isOwner)
}

/** Returns the higher role: an invitation never lowers a role. */
export const higherRole = (a: Role | undefined, b: Role): Role =>
  a !== undefined && ROLES.indexOf(a) > ROLES.indexOf(b) ? a : b

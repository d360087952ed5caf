import type { Role } from '../contract.ts'

/** Whether somebody who can sign in still owns the project after `userId` got `role` (null: was removed). */
export const keepsAnOwner = (
  members: readonly { userId: string; role: Role; disabledAt: Date | null }[],
  userId: string,
  role: Role | null,
): boolean => {
  const isOwner = (m: (typeof members)[number]) =>
    m.disabledAt === null && (m.userId === userId ? role : m.role) === 'owner'
  // A project without any owner (made on the server's machine) is kept by the administrators; nothing gets worse there.
  const hadOwner = members.some(m => m.disabledAt === null && m.role === 'owner')
  return !hadOwner || members.some(isOwner)
}

const ORDER: readonly Role[] = ['viewer', 'engineer', 'approver', 'owner']
/** An invitation never lowers what somebody has. */
export const higherRole = (a: Role | undefined, b: Role): Role =>
  a !== undefined && ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b

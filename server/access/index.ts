/** Public interface of access for the API: sign-in, and use cases that authorize their caller first. */
export {
  enterAsPerson,
  enterByToken,
  type GoodToken,
  refuseAnonymous,
  requireToken,
  scopeForProject,
} from './enter-project.ts'
export {
  acceptInvitation,
  invite,
  joinByInvitation,
  readInvitations,
  revokeInvitation,
  showInvitation,
} from './invitations.ts'
export { addMember, changeMember, readMembers, removeMember } from './members.ts'
export { archiveProject, readProject, restoreProject, updateProject } from './project-settings.ts'
export { createProject, type OnProjectCreated, projectsOf } from './projects.ts'
export {
  type AuditQuery,
  readAudit,
  readAuditFacets,
  readInstanceAudit,
  readInstanceAuditFacets,
  recordAuditExport,
} from './read-audit.ts'
export { readRecentEvents } from './read-recent-events.ts'
export {
  becomeFirstAdmin,
  disableUser,
  enableUser,
  ensureAdmin,
  firstSignInLink,
  resetLink,
  resetPassword,
  showLink,
} from './sign-in/links.ts'
export {
  changePassword,
  listSessions,
  type Person,
  personOfSession,
  personOfSessionHash,
  revokeSession,
  signOut,
} from './sign-in/sessions.ts'
export { signIn } from './sign-in/sign-in.ts'
export { createToken, listTokens, mintTokenFromMachine, revokeToken } from './tokens.ts'

import { z } from 'zod'
import {
  addMemberInput,
  archiveProjectInput,
  auditInput,
  changeMemberInput,
  changePasswordInput,
  createProjectInput,
  createTokenInput,
  inviteInput,
  linkTokenSchema,
  newAccountInput,
  passwordSchema,
  updateProjectInput,
} from '#server/access/contract.ts'
import {
  acceptInvitation,
  addMember,
  archiveProject,
  becomeFirstAdmin,
  changeMember,
  changePassword,
  createToken,
  disableUser,
  enableUser,
  invite,
  joinByInvitation,
  listSessions,
  listTokens,
  projectsOf,
  readAuditFacets,
  readInstanceAuditFacets,
  readInvitations,
  readMembers,
  readProject,
  removeMember,
  resetPassword,
  restoreProject,
  revokeInvitation,
  revokeSession,
  revokeToken,
  showInvitation,
  showLink,
  updateProject,
} from '#server/access/index.ts'
import { createFurnishedProject } from '../create-project.ts'
import { readNamedAudit, readNamedInstanceAudit } from '../subjects/read-audit.ts'
import { adminProcedure, projectProcedure, publicProcedure, router, signedInProcedure } from '../trpc.ts'

const manage = () => projectProcedure('member:manage')
const byId = z.object({ id: z.uuid() })
const link = z.object({ token: linkTokenSchema })

export const accessRouter = router({
  me: signedInProcedure.query(({ ctx }) => {
    const { userId, email, name, isAdmin } = ctx.person
    return { userId, email, name, isAdmin }
  }),
  /** The project and the caller's role, so that pages show only what the role may do. */
  here: projectProcedure('project:read').query(async ({ ctx }) => ({
    ...(await readProject(ctx.kernel, ctx.caller)),
    role: ctx.caller.role,
  })),
  updateProject: projectProcedure('project:update')
    .input(updateProjectInput)
    .mutation(({ ctx, input }) => updateProject(ctx.kernel, ctx.caller, input)),
  archiveProject: projectProcedure('project:update')
    .input(archiveProjectInput)
    .mutation(({ ctx, input }) => archiveProject(ctx.kernel, ctx.caller, input)),
  restoreProject: projectProcedure('project:update').mutation(({ ctx }) => restoreProject(ctx.kernel, ctx.caller)),

  projects: signedInProcedure
    .input(z.object({ archived: z.boolean().optional() }).optional())
    .query(({ ctx, input }) => projectsOf(ctx.kernel, ctx.person, input)),
  createProject: signedInProcedure
    .input(createProjectInput)
    .mutation(({ ctx, input }) => createFurnishedProject(ctx.kernel, ctx.person, input)),

  members: projectProcedure('member:read').query(({ ctx }) => readMembers(ctx.kernel, ctx.caller)),
  addMember: manage()
    .input(addMemberInput)
    .mutation(({ ctx, input }) => addMember(ctx.kernel, ctx.caller, input)),
  changeMember: manage()
    .input(changeMemberInput)
    .mutation(({ ctx, input }) => changeMember(ctx.kernel, ctx.caller, input)),
  /** Members may remove themselves; the use case decides about others. */
  removeMember: projectProcedure('member:read')
    .input(z.object({ userId: z.uuid() }))
    .mutation(({ ctx, input }) => removeMember(ctx.kernel, ctx.caller, input.userId)),

  invitations: manage().query(({ ctx }) => readInvitations(ctx.kernel, ctx.caller)),
  invite: manage()
    .input(inviteInput)
    .mutation(({ ctx, input }) => invite(ctx.kernel, ctx.caller, input)),
  revokeInvitation: manage()
    .input(byId)
    .mutation(({ ctx, input }) => revokeInvitation(ctx.kernel, ctx.caller, input.id)),
  acceptInvitation: signedInProcedure
    .input(link)
    .mutation(({ ctx, input }) => acceptInvitation(ctx.kernel, ctx.person, input.token)),

  tokens: projectProcedure('token:read').query(({ ctx }) => listTokens(ctx.kernel, ctx.caller)),
  createToken: projectProcedure('token:manage')
    .input(createTokenInput)
    .mutation(({ ctx, input }) => createToken(ctx.kernel, ctx.caller, input)),
  revokeToken: projectProcedure('token:manage')
    .input(byId)
    .mutation(({ ctx, input }) => revokeToken(ctx.kernel, ctx.caller, input.id)),

  audit: projectProcedure('audit:read')
    .input(auditInput)
    .query(({ ctx, input }) => readNamedAudit(ctx.kernel, ctx.caller, input)),
  auditFacets: projectProcedure('audit:read').query(({ ctx }) => readAuditFacets(ctx.kernel, ctx.caller)),
  instanceAudit: adminProcedure.input(auditInput).query(({ ctx, input }) => readNamedInstanceAudit(ctx.kernel, input)),
  instanceAuditFacets: adminProcedure.query(({ ctx }) => readInstanceAuditFacets(ctx.kernel)),

  /** Ends all sessions of an account and refuses its sign-in; its API tokens stay. */
  disableUser: adminProcedure
    .input(z.object({ email: z.string().max(254) }))
    .mutation(({ ctx, input }) => disableUser(ctx.kernel, input.email, { kind: 'user', id: ctx.person.userId })),
  enableUser: adminProcedure
    .input(z.object({ email: z.string().max(254) }))
    .mutation(({ ctx, input }) => enableUser(ctx.kernel, input.email, { kind: 'user', id: ctx.person.userId })),

  sessions: signedInProcedure.query(({ ctx }) => listSessions(ctx.kernel, ctx.person)),
  revokeSession: signedInProcedure
    .input(z.object({ id: z.string().max(64) }))
    .mutation(({ ctx, input }) => revokeSession(ctx.kernel, ctx.person, input.id)),
  signOut: signedInProcedure.mutation(({ ctx }) => revokeSession(ctx.kernel, ctx.person, ctx.person.sessionIdHash)),
  changePassword: signedInProcedure
    .input(changePasswordInput)
    .mutation(({ ctx, input }) => changePassword(ctx.kernel, ctx.person, input)),

  // Public: the holder of a one-time link (256 random bits). All other requests get only refusals.
  firstLink: publicProcedure.input(link).query(({ ctx, input }) => showLink(ctx.kernel, 'first-admin', input.token)),
  becomeFirstAdmin: publicProcedure
    .input(newAccountInput)
    .mutation(({ ctx, input }) => becomeFirstAdmin(ctx.kernel, input)),
  resetLink: publicProcedure.input(link).query(({ ctx, input }) => showLink(ctx.kernel, 'reset', input.token)),
  resetPassword: publicProcedure
    .input(link.extend({ password: passwordSchema }))
    .mutation(({ ctx, input }) => resetPassword(ctx.kernel, input)),
  invitation: publicProcedure.input(link).query(({ ctx, input }) => showInvitation(ctx.kernel, input.token)),
  joinByInvitation: publicProcedure
    .input(newAccountInput)
    .mutation(({ ctx, input }) => joinByInvitation(ctx.kernel, input)),
})

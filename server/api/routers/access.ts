import { z } from 'zod'
import {
  addMemberInput,
  auditInput,
  changeMemberInput,
  changePasswordInput,
  createProjectInput,
  createTokenInput,
  inviteInput,
  linkTokenSchema,
  newAccountInput,
  passwordSchema,
} from '#server/access/contract.ts'
import {
  acceptInvitation,
  addMember,
  becomeFirstAdmin,
  changeMember,
  changePassword,
  createToken,
  invite,
  joinByInvitation,
  listSessions,
  listTokens,
  projectsOf,
  readAudit,
  readAuditFacets,
  readInstanceAudit,
  readInstanceAuditFacets,
  readInvitations,
  readMembers,
  removeMember,
  resetPassword,
  revokeInvitation,
  revokeSession,
  revokeToken,
  showInvitation,
  showLink,
} from '#server/access/index.ts'
import { createFurnishedProject } from '../create-project.ts'
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
  here: projectProcedure('project:read').query(({ ctx }) => ({
    project: ctx.caller.scope.slug,
    zone: ctx.caller.scope.zone,
    role: ctx.caller.role,
  })),

  projects: signedInProcedure.query(({ ctx }) => projectsOf(ctx.kernel, ctx.person)),
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
    .query(({ ctx, input }) => readAudit(ctx.kernel, ctx.caller, input)),
  auditFacets: projectProcedure('audit:read').query(({ ctx }) => readAuditFacets(ctx.kernel, ctx.caller)),
  instanceAudit: adminProcedure.input(auditInput).query(({ ctx, input }) => readInstanceAudit(ctx.kernel, input)),
  instanceAuditFacets: adminProcedure.query(({ ctx }) => readInstanceAuditFacets(ctx.kernel)),

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

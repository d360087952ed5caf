import { z } from 'zod'
import {
  addMemberInput,
  archiveProjectInput,
  auditInput,
  changeMemberInput,
  createTokenInput,
  inviteInput,
  updateProjectInput,
} from '#server/access/contract.ts'
import {
  addMember,
  archiveProject,
  changeMember,
  createToken,
  invite,
  listTokens,
  readInvitations,
  readMembers,
  readProject,
  removeMember,
  restoreProject,
  revokeInvitation,
  revokeToken,
  updateProject,
} from '#server/access/index.ts'
import { readNamedAudit } from '../api/subjects/read-audit.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes, wholeNumber } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { uuidParams } from './schemas.ts'

/** The filters and pages of the audit log as a query. */
export const auditQuery = auditInput.extend({
  cursor: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeNumber(1, 200).default(50),
})
const memberParams = z.object({ user: z.uuid() })
const ONLY_OWNERS = 'An owner’s token. Tokens cannot make, change or remove owners.'

const projectRoutes: RestRoutes = (app, { kernel }) => {
  const update = may('project:update')
  app.get(
    '/project',
    {
      config: may('project:read'),
      schema: describeRoute('Access', 'Show the project and role of the token', responses.project, {}),
    },
    async ({ caller }) => ({ project: caller.scope.slug, zone: caller.scope.zone, role: caller.role }),
  )
  app.get(
    '/project/settings',
    {
      config: may('project:read'),
      schema: describeRoute('Access', 'Show the settings of the project', responses.projectSettings, {}),
    },
    ({ caller }) => readProject(kernel, caller),
  )
  app.patch(
    '/project/settings',
    {
      config: update,
      schema: describeRoute(
        'Access',
        'Change name, description or time zone',
        responses.projectSettings,
        { body: updateProjectInput },
        { description: 'The slug is part of addresses and never changes.' },
      ),
    },
    ({ caller, body }) => updateProject(kernel, caller, body),
  )
  app.post(
    '/project/archive',
    {
      config: update,
      schema: describeRoute(
        'Access',
        'Archive the project',
        responses.projectSettings,
        { body: archiveProjectInput },
        { description: 'Hidden from lists and read-only. `confirm` is its slug; its endpoints go on or stop.' },
      ),
    },
    ({ caller, body }) => archiveProject(kernel, caller, body),
  )
  app.post(
    '/project/restore',
    {
      config: update,
      schema: describeRoute('Access', 'Restore the archived project', responses.projectSettings, {}),
    },
    ({ caller }) => restoreProject(kernel, caller),
  )
}

const memberRoutes: RestRoutes = (app, { kernel }) => {
  const manage = may('member:manage')
  app.get(
    '/members',
    {
      config: may('member:read'),
      schema: describeRoute('Access', 'List members', listOf(responses.member), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await readMembers(kernel, caller)).items, query, m => m.userId),
  )
  app.post(
    '/members',
    {
      config: manage,
      schema: describeRoute(
        'Access',
        'Add a member by e-mail address',
        responses.addedMember,
        { body: addMemberInput },
        {
          status: 201,
          description: `With \`invite\` an address without an account gets an invitation link instead. ${ONLY_OWNERS}`,
        },
      ),
    },
    async ({ caller, body }, reply) => reply.code(201).send(await addMember(kernel, caller, body)),
  )
  app.patch(
    '/members/:user',
    {
      config: manage,
      schema: describeRoute(
        'Access',
        'Change the role of a member',
        z.object({ userId: z.string(), role: z.string() }),
        { params: memberParams, body: changeMemberInput.pick({ role: true }) },
        { description: ONLY_OWNERS },
      ),
    },
    ({ caller, params, body }) => changeMember(kernel, caller, { userId: params.user, ...body }),
  )
  app.delete(
    '/members/:user',
    {
      config: manage,
      schema: describeRoute(
        'Access',
        'Remove a member',
        z.object({ userId: z.string() }),
        { params: memberParams },
        { description: ONLY_OWNERS },
      ),
    },
    ({ caller, params }) => removeMember(kernel, caller, params.user),
  )
}

const invitationRoutes: RestRoutes = (app, { kernel }) => {
  const manage = may('member:manage')
  app.get(
    '/invitations',
    {
      config: manage,
      schema: describeRoute('Access', 'List invitations', listOf(responses.invitation), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await readInvitations(kernel, caller)).items, query, i => i.id),
  )
  app.post(
    '/invitations',
    {
      config: manage,
      schema: describeRoute(
        'Access',
        'Create an invitation link',
        responses.invited,
        { body: inviteInput },
        { status: 201, description: `The link is only in this response. ${ONLY_OWNERS}` },
      ),
    },
    async ({ caller, body }, reply) => reply.code(201).send(await invite(kernel, caller, body)),
  )
  app.delete(
    '/invitations/:id',
    {
      config: manage,
      schema: describeRoute('Access', 'Revoke an open invitation', z.object({ id: z.string() }), {
        params: uuidParams,
      }),
    },
    ({ caller, params }) => revokeInvitation(kernel, caller, params.id),
  )
}

const tokenRoutes: RestRoutes = (app, { kernel }) => {
  app.get(
    '/tokens',
    {
      config: may('token:read'),
      schema: describeRoute('Access', 'List tokens', listOf(responses.token), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await listTokens(kernel, caller)).items, query, t => t.id),
  )
  app.post(
    '/tokens',
    {
      config: may('token:manage'),
      schema: describeRoute(
        'Access',
        'Create a token',
        responses.mintedToken,
        { body: createTokenInput },
        {
          status: 201,
          description:
            'Shown only in this response. Its role is at most that of the token that makes it; it ends and is revoked with that token.',
        },
      ),
    },
    async ({ caller, body }, reply) => reply.code(201).send(await createToken(kernel, caller, body)),
  )
  app.delete(
    '/tokens/:id',
    {
      config: may('token:manage'),
      schema: describeRoute(
        'Access',
        'Revoke a token',
        z.object({ id: z.string() }),
        { params: uuidParams },
        { description: 'Tokens that were made with it are revoked too.' },
      ),
    },
    ({ caller, params }) => revokeToken(kernel, caller, params.id),
  )
}

/** Routes for the token's project: settings, members, invitations, tokens, audit log. */
export const accessRoutes: RestRoutes = (app, parts) => {
  for (const register of [projectRoutes, memberRoutes, invitationRoutes, tokenRoutes]) register(app, parts)
  app.get(
    '/audit',
    {
      config: may('audit:read'),
      schema: describeRoute('Access', 'Read the audit log, newest first', listOf(responses.auditEntry), {
        querystring: auditQuery,
      }),
    },
    async ({ caller, query }) => {
      const { items, next } = await readNamedAudit(parts.kernel, caller, query)
      return { items, next: next === null ? null : String(next) }
    },
  )
}

import { auditInput } from '#server/access/contract.ts'
import { listTokens, readAudit, readMembers } from '#server/access/index.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes, wholeNumber } from './describe-route.ts'
import * as responses from './response-schemas.ts'

const auditQuery = auditInput.extend({
  cursor: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeNumber(1, 200).default(50),
})

/** Routes for the token's project. Members and tokens are changed by persons in the dashboard: a token must not make itself permanent. */
export const accessRoutes: RestRoutes = (app, { kernel }) => {
  app.get(
    '/project',
    {
      config: may('project:read'),
      schema: describeRoute('Access', 'Show the project and role of the token', responses.project, {}),
    },
    async ({ caller }) => ({ project: caller.scope.slug, zone: caller.scope.zone, role: caller.role }),
  )
  app.get(
    '/members',
    {
      config: may('member:read'),
      schema: describeRoute('Access', 'List members', listOf(responses.member), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await readMembers(kernel, caller)).items, query, m => m.userId),
  )
  app.get(
    '/tokens',
    {
      config: may('token:read'),
      schema: describeRoute('Access', 'List tokens', listOf(responses.token), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await listTokens(kernel, caller)).items, query, t => t.id),
  )
  app.get(
    '/audit',
    {
      config: may('audit:read'),
      schema: describeRoute('Access', 'Read the audit log, newest first', listOf(responses.auditEntry), {
        querystring: auditQuery,
      }),
    },
    async ({ caller, query }) => {
      const { items, next } = await readAudit(kernel, caller, query)
      return { items, next: next === null ? null : String(next) }
    },
  )
}

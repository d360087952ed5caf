import { type FastifyInstance, fastify } from 'fastify'
import type { WebParts } from '#server/web/routes.ts'
import { TAGS } from './describe-route.ts'

export const REST_PREFIX = '/api/v1'
export const DOCS_PREFIX = '/api/docs'

/** Registers the routes to describe below their prefix. */
export type RegisterRoutes = (app: FastifyInstance, parts: WebParts) => Promise<void>

/** Content security policy: the reference page runs only its package's scripts; it adds styles at run time. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const INFO = `Every request needs an API token of a project: \`Authorization: Bearer flx_…\`. The token names the project.
Lists are \`{items, next}\`: send \`next\` as \`cursor\` for the next page. Errors are \`{error: {code, message, hint?, details?}}\`.
Work that takes longer responds with 202 and an id to poll.`

/** What JSON Schema cannot express, for example a custom check, accepts any value. */
const zodToJsonConfig = { unrepresentable: 'any' } as const

/** Builds the server of document and reference page. Its packages are loaded on first use, not at start. */
export async function buildDocument(parts: WebParts, register: RegisterRoutes): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }, { createJsonSchemaTransform, createJsonSchemaTransformObject }] =
    await Promise.all([import('@fastify/swagger'), import('@fastify/swagger-ui'), import('fastify-type-provider-zod')])
  const app = fastify({ logger: false, exposeHeadRoutes: false })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'FlexiML', description: INFO, version: 'v1', license: { name: 'Apache-2.0' } },
      servers: [{ url: parts.kernel.env.FLEXIML_URL }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token, `flx_…`, from the Access page.' },
        },
      },
      security: [{ token: [] }],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig }),
    transformObject: createJsonSchemaTransformObject({ zodToJsonConfig }),
  })
  await app.register(swaggerUi, {
    routePrefix: DOCS_PREFIX,
    staticCSP: DOCS_POLICY,
    uiConfig: { persistAuthorization: false, docExpansion: 'none', tryItOutEnabled: true },
    theme: { title: 'FlexiML API' },
  })
  await app.register(rest => register(rest, parts), { prefix: REST_PREFIX })
  await app.ready()
  return app
}

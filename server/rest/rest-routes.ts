import type { FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { sha256 } from '#server/kernel/ids.ts'
import { authenticateRoutes } from '#server/web/authenticate.ts'
import { parseJsonBody } from '#server/web/body-parsers.ts'
import type { WebParts } from '#server/web/routes.ts'
import { accessRoutes } from './access.ts'
import { auditExportRoutes } from './audit-export.ts'
import { datasetByteRoutes } from './dataset-bytes.ts'
import { datasetFindingRoutes } from './dataset-findings.ts'
import { datasetRoutes } from './datasets.ts'
import type { RestRoutes } from './describe-route.ts'
import { endpointRoutes, monitoringRoutes } from './endpoints.ts'
import { evaluationRoutes } from './evaluations.ts'
import { expectationRoutes } from './expectations.ts'
import { experimentRoutes } from './experiments.ts'
import { jobRoutes } from './jobs.ts'
import { modelByteRoutes } from './model-bytes.ts'
import { modelRoutes } from './models.ts'
import { queryRoutes } from './queries.ts'
import { recipeRoutes } from './recipes.ts'
import { storageRoutes } from './storage.ts'
import { uploadRoutes } from './uploads.ts'

const REQUESTS_PER_MINUTE = 3000
const BODY_LIMITS = { bytes: 4 * 2 ** 20, depth: 32 }

const JSON_ROUTES: RestRoutes[] = [
  datasetRoutes,
  datasetFindingRoutes,
  expectationRoutes,
  queryRoutes,
  storageRoutes,
  recipeRoutes,
  experimentRoutes,
  evaluationRoutes,
  modelRoutes,
  endpointRoutes,
  monitoringRoutes,
  jobRoutes,
  accessRoutes,
]

/** Routes whose bodies are bytes or files. */
async function registerByteRoutes(app: FastifyInstance, parts: WebParts): Promise<void> {
  await app.register(datasetByteRoutes(parts))
  await app.register(modelByteRoutes(parts))
  await app.register(uploadRoutes(parts))
  await app.register(auditExportRoutes(parts))
}

/** Registers all routes of the document, without hooks: the document is generated from them too. */
export async function registerRestRoutes(app: FastifyInstance, parts: WebParts): Promise<void> {
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(parts.checksResponses ? serializerCompiler : () => data => JSON.stringify(data))
  await registerByteRoutes(app, parts)
  await app.register(async json => {
    parseJsonBody(json, BODY_LIMITS)
    // A body may be omitted if all of its fields are optional.
    json.addHook('preValidation', async request => {
      if (request.routeOptions.schema?.body) request.body ??= {}
    })
    for (const register of JSON_ROUTES) register(json, parts)
  })
}

/** The public REST API (`/api/v1`): API tokens only, and the token's project is the project. */
export function restRoutes(parts: WebParts) {
  return async (app: FastifyInstance): Promise<void> => {
    await app.register(async tokens => {
      tokens.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
      tokens.addHook(
        'onRequest',
        tokens.rateLimit({
          max: parts.restRequestsPerMinute ?? REQUESTS_PER_MINUTE,
          timeWindow: '1 minute',
          keyGenerator: request => sha256(request.headers.authorization ?? request.ip),
        }),
      )
      authenticateRoutes(tokens, parts, 'token')
      await registerRestRoutes(tokens, parts)
    })
    // The dashboard's uploads and downloads name the project and may use a session.
    await app.register(
      async sessions => {
        authenticateRoutes(sessions, parts, 'token or session')
        sessions.setValidatorCompiler(validatorCompiler)
        sessions.setSerializerCompiler(() => data => JSON.stringify(data))
        await registerByteRoutes(sessions, parts)
      },
      { prefix: '/projects/:project' },
    )
  }
}

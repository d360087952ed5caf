import type { FastifyInstance } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { authenticateRoutes } from '#server/web/authenticate.ts'
import type { WebParts } from '#server/web/routes.ts'
import { datasetByteRoutes } from './dataset-bytes.ts'
import { modelByteRoutes } from './model-bytes.ts'
import { uploadRoutes } from './uploads.ts'

/** Routes whose bodies are bytes. */
async function registerByteRoutes(app: FastifyInstance, parts: WebParts): Promise<void> {
  await app.register(datasetByteRoutes(parts))
  await app.register(modelByteRoutes(parts))
  await app.register(uploadRoutes(parts))
}

/** The public REST API (`/api/v1`): API tokens only, and the token's project is the project. */
export function restRoutes(parts: WebParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setValidatorCompiler(validatorCompiler)
    app.setSerializerCompiler(() => data => JSON.stringify(data))
    await app.register(async tokens => {
      authenticateRoutes(tokens, parts, 'token')
      await registerByteRoutes(tokens, parts)
    })
    // The dashboard's own up- and downloads name the project and may come with a session.
    await app.register(
      async sessions => {
        authenticateRoutes(sessions, parts, 'token or session')
        await registerByteRoutes(sessions, parts)
      },
      { prefix: '/projects/:project' },
    )
  }
}

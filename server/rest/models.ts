import { z } from 'zod'
import {
  describeInputSchema,
  importInputSchema,
  modelRefSchema,
  registerInputSchema,
} from '#server/registry/contract.ts'
import { describeModel, importVersion, listModels, registerVersion, showModel } from '#server/registry/index.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { nameParams, versionParams } from './schemas.ts'

/** Registered models. */
export const modelRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('registry:read')
  const write = may('registry:write')
  app.get(
    '/models',
    {
      config: read,
      schema: describeRoute('Models', 'List models', listOf(responses.modelSummary), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await listModels(kernel, caller)).items, query, m => m.model),
  )
  app.post(
    '/models',
    {
      config: write,
      schema: describeRoute(
        'Models',
        'Register the model of a run as a version',
        responses.registered,
        { body: registerInputSchema },
        { status: 201 },
      ),
    },
    async ({ caller, body }, reply) => reply.code(201).send(await registerVersion(kernel, caller, body)),
  )
  app.post(
    '/models/import',
    {
      config: write,
      schema: describeRoute(
        'Models',
        'Import an uploaded ONNX file as a version',
        responses.registered,
        { body: importInputSchema },
        { status: 201 },
      ),
    },
    async ({ caller, body }, reply) => reply.code(201).send(await importVersion(kernel, caller, body)),
  )
  app.get(
    '/models/:name',
    {
      config: read,
      schema: describeRoute('Models', 'Show a model with its versions', responses.modelDetail, { params: nameParams }),
    },
    ({ caller, params }) => showModel(kernel, caller, modelRefSchema.parse(params.name)),
  )
  app.patch(
    '/models/:name',
    {
      config: write,
      schema: describeRoute('Models', 'Change the description of a model', z.object({ model: z.string() }), {
        params: nameParams,
        body: describeInputSchema.pick({ description: true }),
      }),
    },
    ({ caller, params, body }) => describeModel(kernel, caller, { model: params.name, ...body }),
  )
  app.get(
    '/models/:name/versions/:v',
    {
      config: read,
      schema: describeRoute('Models', 'Show a version', responses.modelDetail, { params: versionParams }),
    },
    ({ caller, params }) => showModel(kernel, caller, modelRefSchema.parse(`${params.name}@${params.v}`)),
  )
}

import { z } from 'zod'
import { GRAINS } from '#server/monitoring/contract.ts'
import { checkEndpoint, listMonitors, readStatus } from '#server/monitoring/index.ts'
import {
  batchInputSchema,
  historyInputSchema,
  promoteInputSchema,
  retryInputSchema,
  rollbackInputSchema,
  rowPolicyInputSchema,
} from '#server/serving/contract.ts'
import {
  changeRowPolicy,
  listEndpoints,
  predictDataset,
  promoteVersion,
  readHistory,
  retryModel,
  rollbackEndpoint,
  showEndpoint,
} from '#server/serving/index.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'

const endpointParams = promoteInputSchema.pick({ endpoint: true })
const historyQuery = pageQuery.extend({ at: historyInputSchema.shape.at })

/** Promotion, rollback, history. Predictions are served by the inference server. */
export const endpointRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('serving:read')
  const promote = may('serving:promote')
  app.get(
    '/endpoints',
    {
      config: read,
      schema: describeRoute('Endpoints', 'List endpoints', listOf(responses.endpointSummary), {
        querystring: pageQuery,
      }),
    },
    async ({ caller, query }) => pageOf((await listEndpoints(kernel, caller)).items, query, e => e.endpoint),
  )
  app.get(
    '/endpoints/:endpoint',
    {
      config: read,
      schema: describeRoute('Endpoints', 'Show an endpoint', responses.endpointSummary, { params: endpointParams }),
    },
    ({ caller, params }) => showEndpoint(kernel, caller, params.endpoint),
  )
  app.post(
    '/endpoints/:endpoint/promote',
    {
      config: promote,
      schema: describeRoute('Endpoints', 'Promote a version', responses.switched, {
        params: endpointParams,
        body: promoteInputSchema.omit({ endpoint: true }),
      }),
    },
    ({ caller, params, body }) => promoteVersion(kernel, caller, { ...body, ...params }),
  )
  app.post(
    '/endpoints/:endpoint/rollback',
    {
      config: promote,
      schema: describeRoute('Endpoints', 'Roll back to the previous version, or to another one', responses.switched, {
        params: endpointParams,
        body: rollbackInputSchema.omit({ endpoint: true }),
      }),
    },
    ({ caller, params, body }) => rollbackEndpoint(kernel, caller, { ...body, ...params }),
  )
  app.post(
    '/endpoints/:endpoint/batch',
    {
      config: may('data:write'),
      schema: describeRoute(
        'Endpoints',
        'Predict a dataset version',
        responses.batchStarted,
        { params: endpointParams, body: batchInputSchema.omit({ endpoint: true }) },
        { status: 202, description: 'Poll GET /ingestions/{ingestion} until its state is final.' },
      ),
    },
    async ({ caller, params, body }, reply) =>
      reply.code(202).send(await predictDataset(kernel, caller, { ...body, ...params })),
  )
  app.put(
    '/endpoints/:endpoint/policy',
    {
      config: promote,
      schema: describeRoute('Endpoints', 'Choose how rows are read: lenient or strict', responses.policyChanged, {
        params: endpointParams,
        body: rowPolicyInputSchema.omit({ endpoint: true }),
      }),
    },
    ({ caller, params, body }) => changeRowPolicy(kernel, caller, { ...body, ...params }),
  )
  app.post(
    '/endpoints/:endpoint/retry',
    {
      config: promote,
      schema: describeRoute('Endpoints', 'Try a model again that was taken out of traffic', responses.retried, {
        params: endpointParams,
        body: retryInputSchema.omit({ endpoint: true }),
      }),
    },
    ({ caller, params, body }) => retryModel(kernel, caller, { ...body, ...params }),
  )
  app.get(
    '/endpoints/:endpoint/history',
    {
      config: read,
      schema: describeRoute('Endpoints', 'Read promotions and rollbacks', listOf(responses.historyItem).loose(), {
        params: endpointParams,
        querystring: historyQuery,
      }),
    },
    async ({ caller, params, query }) => {
      const history = await readHistory(kernel, caller, { ...params, at: query.at })
      return { ...history, ...pageOf(history.items, query, h => String(h.revision)) }
    },
  )
}

const grainQuery = z.object({ grain: z.enum(GRAINS).default('month') })

/** Monitoring results of endpoints. */
export const monitoringRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('monitoring:read')
  app.get(
    '/monitors',
    {
      config: read,
      schema: describeRoute('Monitoring', 'List verdicts of all endpoints', listOf(responses.monitorSummary), {
        querystring: pageQuery,
      }),
    },
    async ({ caller, query }) => pageOf((await listMonitors(kernel, caller)).items, query, m => m.endpoint),
  )
  app.get(
    '/endpoints/:endpoint/monitoring',
    {
      config: read,
      schema: describeRoute('Monitoring', 'Show drift and measured error', responses.monitorStatus, {
        params: endpointParams,
        querystring: grainQuery,
      }),
    },
    ({ caller, params, query }) => readStatus(kernel, caller, { ...params, ...query }),
  )
  app.post(
    '/endpoints/:endpoint/monitoring/check',
    {
      config: may('monitoring:check'),
      schema: describeRoute(
        'Monitoring',
        'Check now',
        responses.startedCheck,
        { params: endpointParams },
        { status: 202, description: 'Poll GET /endpoints/{endpoint}/monitoring until `checking` is false.' },
      ),
    },
    async ({ caller, params }, reply) => reply.code(202).send(await checkEndpoint(kernel, caller, params)),
  )
}

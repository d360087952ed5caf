import { z } from 'zod'
import { cancelQuery, listOwnQueries, showQuery, startQuery } from '#server/data/index.ts'
import { startQueryInput } from '#server/data/queries/contract.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { uuidParams } from './schemas.ts'

/** SQL over a version. */
export const queryRoutes: RestRoutes = (app, { kernel }) => {
  const config = may('data:read')
  app.post(
    '/queries',
    {
      config,
      schema: describeRoute(
        'Datasets',
        'Run SQL over a version',
        responses.started,
        { body: startQueryInput.omit({ saveAs: true }) },
        { status: 202, description: 'The rows are the table `data`. Poll GET /queries/{id}.' },
      ),
    },
    async ({ caller, body }, reply) => reply.code(202).send(await startQuery(kernel, caller, body)),
  )
  app.get(
    '/queries',
    {
      config,
      schema: describeRoute('Datasets', 'List own queries of a dataset', listOf(responses.querySummary), {
        querystring: pageQuery.extend({ dataset: z.string().max(120) }),
      }),
    },
    async ({ caller, query }) => pageOf(await listOwnQueries(kernel, caller, query.dataset), query, q => q.id),
  )
  app.get(
    '/queries/:id',
    { config, schema: describeRoute('Datasets', 'Show a query and its rows', responses.query, { params: uuidParams }) },
    ({ caller, params }) => showQuery(kernel, caller, params.id),
  )
  app.post(
    '/queries/:id/cancel',
    { config, schema: describeRoute('Datasets', 'Cancel a query', responses.querySummary, { params: uuidParams }) },
    ({ caller, params }) => cancelQuery(kernel, caller, params.id),
  )
}

import { z } from 'zod'
import { compareTwo, searchLeaks, showDiff, showLeaks } from '#server/data/index.ts'
import { leaksInput } from '#server/data/leaks/contract.ts'
import { describeRoute, may, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { datasetVersionParams, nameParams, refOf } from './schemas.ts'

const leaksQuery = leaksInput.omit({ dataset: true })
const versionNumber = z.coerce.number().int().min(1).max(999_999_999)
const diffQuery = z.object({
  from: versionNumber,
  to: versionNumber,
  key: z.string().max(5000).optional().describe('Columns that identify a row, separated by commas.'),
})

const diffOf = (name: string, { from, to, key }: z.output<typeof diffQuery>) => ({
  before: `${name}@${from}`,
  after: `${name}@${to}`,
  key: key?.split(',').filter(Boolean).slice(0, 20),
})

/** Leaks of a version and differences of two: GET returns the result, POST computes it. */
export const datasetFindingRoutes: RestRoutes = (app, { kernel }) => {
  const config = may('data:read')
  const leaksPath = '/datasets/:name/versions/:v/leaks'
  app.get(
    leaksPath,
    {
      config,
      schema: describeRoute('Datasets', 'Show leaks of a version', responses.leaks, {
        params: datasetVersionParams,
        querystring: leaksQuery,
      }),
    },
    ({ caller, params, query }) => showLeaks(kernel, caller, { ...query, dataset: refOf(params) }),
  )
  app.post(
    leaksPath,
    {
      config,
      schema: describeRoute(
        'Datasets',
        'Search for leaks',
        responses.leaks,
        { params: datasetVersionParams, body: leaksQuery },
        { status: 202, description: 'Poll the same address by GET.' },
      ),
    },
    async ({ caller, params, body }, reply) =>
      reply.code(202).send(await searchLeaks(kernel, caller, { ...body, dataset: refOf(params) })),
  )
  app.get(
    '/datasets/:name/diff',
    {
      config,
      schema: describeRoute('Datasets', 'Show how two versions differ', responses.diff, {
        params: nameParams,
        querystring: diffQuery,
      }),
    },
    ({ caller, params, query }) => showDiff(kernel, caller, diffOf(params.name, query)),
  )
  app.post(
    '/datasets/:name/diff',
    {
      config,
      schema: describeRoute(
        'Datasets',
        'Compare two versions',
        responses.diff,
        { params: nameParams, body: diffQuery },
        { status: 202, description: 'Poll the same address by GET.' },
      ),
    },
    async ({ caller, params, body }, reply) =>
      reply.code(202).send(await compareTwo(kernel, caller, diffOf(params.name, body))),
  )
}

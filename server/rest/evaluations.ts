import { evaluationInputs } from '#server/evaluation/contract.ts'
import {
  compareModels,
  evaluateBoth,
  listEvaluations,
  showEvaluation,
  startEvaluation,
} from '#server/evaluation/index.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { uuidParams } from './schemas.ts'

/** Evaluations of models on other data. */
export const evaluationRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('evaluation:read')
  app.get(
    '/evaluations',
    {
      config: read,
      schema: describeRoute('Evaluations', 'List evaluations', listOf(responses.evaluation), {
        querystring: pageQuery,
      }),
    },
    async ({ caller, query }) => pageOf((await listEvaluations(kernel, caller)).items, query, e => e.id),
  )
  app.post(
    '/evaluations',
    {
      config: may('evaluation:write'),
      schema: describeRoute(
        'Evaluations',
        'Evaluate the model of a run on a dataset version',
        responses.startedEvaluation,
        { body: evaluationInputs.start },
        { status: 202, description: 'Poll GET /evaluations/{id}.' },
      ),
    },
    async ({ caller, body }, reply) => reply.code(202).send(await startEvaluation(kernel, caller, body)),
  )
  app.get(
    '/evaluations/comparison',
    {
      config: read,
      schema: describeRoute('Evaluations', 'Compare two models on the same rows', responses.modelComparison, {
        querystring: evaluationInputs.compare,
      }),
    },
    ({ caller, query }) => compareModels(kernel, caller, query),
  )
  app.post(
    '/evaluations/comparison',
    {
      config: may('evaluation:write'),
      schema: describeRoute(
        'Evaluations',
        'Evaluate two models on the same dataset version',
        responses.startedComparison,
        { body: evaluationInputs.compare },
        { status: 202, description: 'Poll GET /evaluations/comparison.' },
      ),
    },
    async ({ caller, body }, reply) => reply.code(202).send(await evaluateBoth(kernel, caller, body)),
  )
  app.get(
    '/evaluations/:id',
    {
      config: read,
      schema: describeRoute('Evaluations', 'Show an evaluation', responses.evaluation, { params: uuidParams }),
    },
    ({ caller, params }) => showEvaluation(kernel, caller, params.id),
  )
}

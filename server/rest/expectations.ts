import { saveSuiteInput } from '#server/data/expectations/contract.ts'
import { saveSuite, showExpectations, showValidation, suggestSuite, validateVersion } from '#server/data/index.ts'
import { describeRoute, may, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { datasetVersionParams, nameParams, refOf, uuidParams } from './schemas.ts'

/** Expectations of a dataset, and the validations of its versions. */
export const expectationRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('data:read')
  const write = may('data:write')
  app.get(
    '/datasets/:name/expectations',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show the expectations', responses.expectations, { params: nameParams }),
    },
    ({ caller, params }) => showExpectations(kernel, caller, params.name),
  )
  app.put(
    '/datasets/:name/expectations',
    {
      config: write,
      schema: describeRoute('Datasets', 'Replace the expectations', responses.savedSuite, {
        params: nameParams,
        body: saveSuiteInput.omit({ dataset: true }),
      }),
    },
    ({ caller, params, body }) => saveSuite(kernel, caller, { ...body, dataset: params.name }),
  )
  app.get(
    '/datasets/:name/expectations/suggestions',
    {
      config: read,
      schema: describeRoute('Datasets', 'Suggest expectations from the profile', responses.suggestions, {
        params: nameParams,
      }),
    },
    ({ caller, params }) => suggestSuite(kernel, caller, params.name),
  )
  app.post(
    '/datasets/:name/versions/:v/validations',
    {
      config: write,
      schema: describeRoute(
        'Datasets',
        'Validate a version',
        responses.started,
        { params: datasetVersionParams },
        { status: 202, description: 'Poll GET /validations/{id}.' },
      ),
    },
    async ({ caller, params }, reply) => reply.code(202).send(await validateVersion(kernel, caller, refOf(params))),
  )
  app.get(
    '/validations/:id',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show a validation', responses.validation, { params: uuidParams }),
    },
    ({ caller, params }) => showValidation(kernel, caller, params.id),
  )
}

import { addDatasetInput, previewSourceInput, showPreviewInput } from '#server/data/contract.ts'
import {
  addDataset,
  addFromSource,
  listDatasets,
  listVersionDetails,
  previewSource,
  profileDataset,
  refreshSource,
  showDataset,
  showIngestion,
  showSource,
  showSourcePreview,
} from '#server/data/index.ts'
import { addSourceInput } from '#server/data/sources/contract.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { datasetVersionParams, nameParams, refOf, uuidParams } from './schemas.ts'

const POLL = 'Responds at once; poll GET /ingestions/{id} until its state is final.'

/** Datasets, their versions and profiles, and ingestion. */
export const datasetRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('data:read')
  const write = may('data:write')
  app.get(
    '/datasets',
    {
      config: read,
      schema: describeRoute('Datasets', 'List datasets', listOf(responses.datasetSummary), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await listDatasets(kernel, caller)).items, query, d => d.dataset),
  )
  app.post(
    '/datasets',
    {
      config: write,
      schema: describeRoute(
        'Datasets',
        'Add an uploaded file as a version',
        responses.ingestion,
        { body: addDatasetInput },
        { status: 202, description: POLL },
      ),
    },
    async ({ caller, body }, reply) => {
      const { id } = await addDataset(kernel, caller, body)
      return reply.code(202).send(await showIngestion(kernel, caller, id))
    },
  )
  app.post(
    '/datasets/from-source',
    {
      config: write,
      schema: describeRoute(
        'Datasets',
        'Add rows of a URL, database or object store as a version',
        responses.ingestion,
        { body: addSourceInput },
        { status: 202, description: POLL },
      ),
    },
    async ({ caller, body }, reply) => {
      const { id } = await addFromSource(kernel, caller, body)
      return reply.code(202).send(await showIngestion(kernel, caller, id))
    },
  )
  app.post(
    '/previews',
    {
      config: write,
      schema: describeRoute(
        'Datasets',
        'Preview an uploaded file',
        responses.preview,
        { body: previewSourceInput },
        { status: 202, description: 'Registers nothing. Poll GET /previews/{id} until its state is final.' },
      ),
    },
    async ({ caller, body }, reply) => {
      const { id } = await previewSource(kernel, caller, body)
      return reply.code(202).send(await showSourcePreview(kernel, caller, { id, name: body.name }))
    },
  )
  app.get(
    '/previews/:id',
    {
      config: read,
      schema: describeRoute(
        'Datasets',
        'Show a preview',
        responses.preview,
        { params: uuidParams, querystring: showPreviewInput.pick({ name: true }) },
        { description: 'With `name` it is compared with the newest version of that dataset.' },
      ),
    },
    ({ caller, params, query }) => showSourcePreview(kernel, caller, { ...params, ...query }),
  )
  app.get(
    '/ingestions/:id',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show an ingestion', responses.ingestion, { params: uuidParams }),
    },
    ({ caller, params }) => showIngestion(kernel, caller, params.id),
  )
  app.get(
    '/datasets/:name',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show the newest version', responses.datasetDetail, { params: nameParams }),
    },
    ({ caller, params }) => showDataset(kernel, caller, params.name),
  )
  app.get(
    '/datasets/:name/versions',
    {
      config: read,
      schema: describeRoute('Datasets', 'List the versions', listOf(responses.versionDetail), {
        params: nameParams,
        querystring: pageQuery,
      }),
    },
    async ({ caller, params, query }) =>
      pageOf(await listVersionDetails(kernel, caller, params.name), query, v => String(v.version)),
  )
  app.get(
    '/datasets/:name/versions/:v',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show a version', responses.datasetDetail, { params: datasetVersionParams }),
    },
    ({ caller, params }) => showDataset(kernel, caller, refOf(params)),
  )
  app.get(
    '/datasets/:name/versions/:v/profile',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show the profile of a version', responses.profile, {
        params: datasetVersionParams,
      }),
    },
    ({ caller, params }) => profileDataset(kernel, caller, refOf(params)),
  )
  app.get(
    '/datasets/:name/source',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show where the rows come from', responses.source, { params: nameParams }),
    },
    ({ caller, params }) => showSource(kernel, caller, { dataset: params.name }),
  )
  app.post(
    '/datasets/:name/refresh',
    {
      config: write,
      schema: describeRoute(
        'Datasets',
        'Read the source again',
        responses.ingestion,
        { params: nameParams },
        { status: 202, description: POLL },
      ),
    },
    async ({ caller, params }, reply) => {
      const { id } = await refreshSource(kernel, caller, { dataset: params.name })
      return reply.code(202).send(await showIngestion(kernel, caller, id))
    },
  )
}

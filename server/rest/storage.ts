import { z } from 'zod'
import {
  deleteVersions,
  listConnections,
  previewDeletion,
  restoreVersions,
  setQuota,
  showDatasetStorage,
  showProjectStorage,
} from '#server/data/index.ts'
import { quotaInput } from '#server/data/storage/contract.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { datasetVersionParams, nameParams, refOf } from './schemas.ts'

/** Storage use, deletion and restoring, stored connections. */
export const storageRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('data:read')
  const remove = may('data:delete')
  app.get(
    '/storage',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show the storage of the project', responses.projectStorage, {}),
    },
    ({ caller }) => showProjectStorage(kernel, caller),
  )
  app.put(
    '/storage/quota',
    {
      config: may('project:update'),
      schema: describeRoute('Datasets', 'Set the storage quota of the project', responses.storageQuota, {
        body: quotaInput,
      }),
    },
    ({ caller, body }) => setQuota(kernel, caller, body),
  )
  app.get(
    '/datasets/:name/storage',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show the storage of a dataset', responses.datasetStorage, {
        params: nameParams,
      }),
    },
    ({ caller, params }) => showDatasetStorage(kernel, caller, params.name),
  )
  app.get(
    '/datasets/:name/deletion',
    {
      config: read,
      schema: describeRoute('Datasets', 'Show what deletion would remove', responses.deletionPreview, {
        params: nameParams,
        querystring: z.object({ version: z.coerce.number().int().min(1).max(999_999_999).optional() }),
      }),
    },
    ({ caller, params, query }) =>
      previewDeletion(kernel, caller, query.version ? `${params.name}@${query.version}` : params.name),
  )
  app.delete(
    '/datasets/:name',
    {
      config: remove,
      schema: describeRoute('Datasets', 'Delete a dataset', responses.deletedVersions, { params: nameParams }),
    },
    ({ caller, params }) => deleteVersions(kernel, caller, params.name),
  )
  app.delete(
    '/datasets/:name/versions/:v',
    {
      config: remove,
      schema: describeRoute('Datasets', 'Delete a version', responses.deletedVersions, {
        params: datasetVersionParams,
      }),
    },
    ({ caller, params }) => deleteVersions(kernel, caller, refOf(params)),
  )
  app.post(
    '/datasets/:name/restore',
    {
      config: remove,
      schema: describeRoute('Datasets', 'Restore a deleted dataset', responses.deletedVersions, { params: nameParams }),
    },
    ({ caller, params }) => restoreVersions(kernel, caller, params.name),
  )
  app.post(
    '/datasets/:name/versions/:v/restore',
    {
      config: remove,
      schema: describeRoute('Datasets', 'Restore a deleted version', responses.deletedVersions, {
        params: datasetVersionParams,
      }),
    },
    ({ caller, params }) => restoreVersions(kernel, caller, refOf(params)),
  )
  app.get(
    '/connections',
    {
      config: read,
      schema: describeRoute('Datasets', 'List stored connections', listOf(responses.connection), {
        querystring: pageQuery,
      }),
    },
    async ({ caller, query }) => pageOf((await listConnections(kernel, caller)).items, query, c => c.name),
  )
}

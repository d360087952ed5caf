import { z } from 'zod'
import { launchInput, trainingInputs } from '#server/training/contract.ts'
import {
  cancelRun,
  compareRuns,
  launchExperiment,
  listExperiments,
  listTrainerDescriptions,
  readCurves,
  readLaunchOptions,
  readRunLog,
  showExperiment,
  showRun,
} from '#server/training/index.ts'
import { MAX_COMPARED } from '#server/training/states/contract.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes, wholeNumber } from './describe-route.ts'
import * as responses from './response-schemas.ts'

const runParams = trainingInputs.run
const experimentParams = trainingInputs.experiment
const runList = z.string().min(1).max(5000).describe('Run ids, separated by commas.')
const idsOf = (list: string) =>
  list
    .split(',')
    .map(id => id.trim().slice(0, 64))
    .filter(Boolean)
const afterQuery = z.object({ after: wholeNumber(0, 1e9).default(0) })
const curvesQuery = z.object({
  runs: runList,
  key: z.string().max(250).optional(),
  points: wholeNumber(10, 1000).default(400),
  most: wholeNumber(1, MAX_COMPARED).optional().describe('Only the first runs that have curves, at most so many.'),
})

/** Experiments and their runs. */
export const experimentRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('training:read')
  const write = may('training:write')
  app.get(
    '/experiments',
    {
      config: read,
      schema: describeRoute('Experiments', 'List experiments', listOf(responses.experimentSummary), {
        querystring: pageQuery,
      }),
    },
    async ({ caller, query }) => pageOf((await listExperiments(kernel, caller)).items, query, e => e.experiment),
  )
  app.post(
    '/experiments',
    {
      config: write,
      schema: describeRoute(
        'Experiments',
        'Train: start an experiment',
        responses.experimentDetail,
        { body: launchInput },
        { status: 202, description: 'Poll GET /experiments/{experiment} until no run is queued or running.' },
      ),
    },
    async ({ caller, body }, reply) => reply.code(202).send(await launchExperiment(kernel, caller, body)),
  )
  app.get(
    '/experiments/:experiment',
    {
      config: read,
      schema: describeRoute('Experiments', 'Show an experiment with its runs', responses.experimentDetail, {
        params: experimentParams,
      }),
    },
    ({ caller, params }) => showExperiment(kernel, caller, params.experiment),
  )
  app.get(
    '/experiments/:experiment/runs',
    {
      config: read,
      schema: describeRoute('Experiments', 'List the runs of an experiment', listOf(responses.runSummary), {
        params: experimentParams,
        querystring: pageQuery,
      }),
    },
    async ({ caller, params, query }) =>
      pageOf((await showExperiment(kernel, caller, params.experiment)).items, query, r => r.run),
  )
  app.get(
    '/runs/compare',
    {
      config: read,
      schema: describeRoute('Experiments', 'Compare runs', responses.comparison, {
        querystring: z.object({ runs: runList }),
      }),
    },
    ({ caller, query }) => compareRuns(kernel, caller, trainingInputs.compare.parse({ runs: idsOf(query.runs) }).runs),
  )
  app.get(
    '/runs/curves',
    {
      config: read,
      schema: describeRoute('Experiments', 'Read curves of runs', z.object({ items: z.array(responses.curves) }), {
        querystring: curvesQuery,
      }),
    },
    ({ caller, query }) =>
      readCurves(kernel, caller, trainingInputs.curves.parse({ ...query, runs: idsOf(query.runs) })),
  )
  app.get(
    '/runs/:run',
    { config: read, schema: describeRoute('Experiments', 'Show a run', responses.runSummary, { params: runParams }) },
    ({ caller, params }) => showRun(kernel, caller, params.run),
  )
  app.get(
    '/runs/:run/log',
    {
      config: read,
      schema: describeRoute('Experiments', 'Read the log of a run', responses.logLines, {
        params: runParams,
        querystring: afterQuery,
      }),
    },
    ({ caller, params, query }) => readRunLog(kernel, caller, params.run, query.after),
  )
  app.post(
    '/runs/:run/cancel',
    {
      config: write,
      schema: describeRoute('Experiments', 'Cancel a run', responses.runSummary, { params: runParams }),
    },
    ({ caller, params }) => cancelRun(kernel, caller, params.run),
  )
  app.get(
    '/trainers',
    {
      config: read,
      schema: describeRoute('Experiments', 'List trainers', z.object({ items: z.array(responses.trainers) }), {}),
    },
    ({ caller }) => listTrainerDescriptions(kernel, caller),
  )
  app.get(
    '/training-options',
    {
      config: read,
      schema: describeRoute('Experiments', 'Show what training offers for a target', responses.launchOptions, {
        querystring: trainingInputs.options,
      }),
    },
    ({ caller, query }) => readLaunchOptions(kernel, caller, query),
  )
}

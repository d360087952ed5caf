import { z } from 'zod'
import { orchestrationInputs } from '#server/orchestration/contract.ts'
import {
  cancelJob,
  listJobs,
  readJobLog,
  readSchedules,
  redriveJob,
  showJob,
  skipEvent,
} from '#server/orchestration/index.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes, wholeNumber } from './describe-route.ts'
import * as responses from './response-schemas.ts'

const jobParams = orchestrationInputs.job
const listQuery = orchestrationInputs.list.extend({ limit: wholeNumber(1, 200).default(50) })

/** Jobs, their logs and schedules. */
export const jobRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('orchestration:read')
  app.get(
    '/jobs',
    {
      config: read,
      schema: describeRoute('Jobs', 'List jobs, newest first', listOf(responses.job).loose(), {
        querystring: listQuery,
      }),
    },
    ({ caller, query }) => listJobs(kernel, caller, query),
  )
  app.get(
    '/jobs/:job',
    {
      config: read,
      schema: describeRoute('Jobs', 'Show a job with its attempts', responses.job, { params: jobParams }),
    },
    ({ caller, params }) => showJob(kernel, caller, params.job),
  )
  app.get(
    '/jobs/:job/log',
    {
      config: read,
      schema: describeRoute('Jobs', 'Read the log of a job', responses.logLines, {
        params: jobParams,
        querystring: z.object({ after: wholeNumber(0, 1e9).default(0) }),
      }),
    },
    ({ caller, params, query }) => readJobLog(kernel, caller, { ...params, ...query }),
  )
  app.post(
    '/jobs/:job/cancel',
    {
      config: may('orchestration:cancel'),
      schema: describeRoute('Jobs', 'Cancel a job', responses.job, { params: jobParams }),
    },
    ({ caller, params }) => cancelJob(kernel, caller, params.job),
  )
  app.post(
    '/jobs/:job/retry',
    {
      config: may('orchestration:redrive'),
      schema: describeRoute('Jobs', 'Retry a job whose attempts are used up', responses.job, { params: jobParams }),
    },
    ({ caller, params }) => redriveJob(kernel, caller, params.job),
  )
  app.post(
    '/jobs/:job/skip-event',
    {
      config: may('orchestration:cancel'),
      schema: describeRoute(
        'Jobs',
        'Skip the event that a failed job holds back',
        z.object({ job: z.string() }),
        { params: jobParams },
        { description: 'Later events of the same subject are delivered. What the job would have done is not done.' },
      ),
    },
    ({ caller, params }) => skipEvent(kernel, caller, params.job),
  )
  app.get(
    '/schedules',
    {
      config: read,
      schema: describeRoute('Jobs', 'List schedules', listOf(responses.schedule), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await readSchedules(kernel, caller)).items, query, s => s.id),
  )
}

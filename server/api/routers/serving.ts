import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { AppError, type ErrorCode, type ErrorDetail } from '#server/kernel/errors.ts'
import {
  batchInputSchema,
  historyInputSchema,
  type PredictAnswer,
  primaryInputSchema,
  promoteInputSchema,
  retryInputSchema,
  rollbackInputSchema,
  rowPolicyInputSchema,
} from '#server/serving/contract.ts'
import {
  changeRowPolicy,
  choosePrimary,
  listEndpoints,
  mintTryIt,
  predictDataset,
  promoteVersion,
  readHistory,
  readLiveStats,
  readPredictions,
  retryModel,
  rollbackEndpoint,
  showEndpoint,
  TRY_IT_SECONDS,
} from '#server/serving/index.ts'
import { projectProcedure, router } from '../trpc.ts'

/** Passed on unchanged, because zod's records drop a column called `__proto__`. The inference server validates the cells. */
const tryItRow = z
  .custom<Record<string, unknown>>(
    row => row !== null && typeof row === 'object' && !Array.isArray(row),
    'Enter an object with one property per column.',
  )
  .meta({ type: 'object' })

const TRY_IT_TIMEOUT_MS = 10_000
const endpointInput = z.object({ endpoint: resourceNameSchema })

export const servingRouter = router({
  list: projectProcedure('serving:read').query(({ ctx }) => listEndpoints(ctx.kernel, ctx.caller)),
  show: projectProcedure('serving:read')
    .input(endpointInput)
    .query(({ ctx, input }) => showEndpoint(ctx.kernel, ctx.caller, input.endpoint)),
  promote: projectProcedure('serving:promote')
    .input(promoteInputSchema)
    .mutation(({ ctx, input }) => promoteVersion(ctx.kernel, ctx.caller, input)),
  rollback: projectProcedure('serving:promote')
    .input(rollbackInputSchema)
    .mutation(({ ctx, input }) => rollbackEndpoint(ctx.kernel, ctx.caller, input)),
  changePolicy: projectProcedure('serving:promote')
    .input(rowPolicyInputSchema)
    .mutation(({ ctx, input }) => changeRowPolicy(ctx.kernel, ctx.caller, input)),
  /** Starts a batch prediction; poll `data.ingestion`. */
  predictDataset: projectProcedure('data:write')
    .input(batchInputSchema)
    .mutation(({ ctx, input }) => predictDataset(ctx.kernel, ctx.caller, input)),
  retry: projectProcedure('serving:promote')
    .input(retryInputSchema)
    .mutation(({ ctx, input }) => retryModel(ctx.kernel, ctx.caller, input)),
  choosePrimary: projectProcedure('serving:choose-primary')
    .input(primaryInputSchema)
    .mutation(({ ctx, input }) => choosePrimary(ctx.kernel, ctx.caller, input)),
  history: projectProcedure('serving:read')
    .input(historyInputSchema)
    .query(({ ctx, input }) => readHistory(ctx.kernel, ctx.caller, input)),
  stats: projectProcedure('serving:read')
    .input(endpointInput.extend({ minutes: z.number().int().min(1).max(180).default(15) }))
    .query(({ ctx, input }) => readLiveStats(ctx.kernel, ctx.caller, input)),
  predictions: projectProcedure('serving:read')
    .input(
      endpointInput.extend({
        limit: z.number().int().min(1).max(1000).default(100),
        /** `next` of the page before: an instant and an id. */
        cursor: z
          .string()
          .regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z\|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
          .optional(),
      }),
    )
    .query(({ ctx, input }) => readPredictions(ctx.kernel, ctx.caller, input)),
  /** Sends a request for a signed-in person: browsers need no token and serve needs no CORS. */
  tryIt: projectProcedure('serving:predict')
    .input(endpointInput.extend({ rows: z.array(tryItRow).min(1).max(100) }))
    .mutation(async ({ ctx, input }): Promise<PredictAnswer & { tookMs: number }> => {
      const { kernel, caller } = ctx
      const project = caller.scope.slug
      const token = mintTryIt(
        { project, endpoint: input.endpoint, exp: Math.ceil(kernel.clock.now() / 1000) + TRY_IT_SECONDS },
        kernel.secrets.encryptionKey,
      )
      const startedAt = performance.now()
      const url = `${kernel.env.INFERENCE_URL}/${project}/endpoints/${encodeURIComponent(input.endpoint)}/predict`
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ rows: input.rows }),
        // The model has a deadline of its own, whose reason is worth waiting for.
        signal: AbortSignal.timeout(TRY_IT_TIMEOUT_MS + kernel.env.FLEXIML_FOREIGN_MODEL_DEADLINE_MS),
      }).catch(cause => {
        throw new AppError('unavailable', 'The inference server does not answer.', {
          hint: 'Its log is in the home folder.',
          cause,
        })
      })
      const body = (await response.json()) as PredictAnswer & {
        error?: { code: ErrorCode; message: string; hint?: string; details?: ErrorDetail[] }
      }
      if (body.error) throw new AppError(body.error.code, body.error.message, body.error)
      return { ...body, tookMs: performance.now() - startedAt }
    }),
})

import { initTRPC, TRPCError } from '@trpc/server'
import { z } from 'zod'
import { authorize, type Caller, requireAdmin, requirePerson } from '#server/access/caller.ts'
import type { Permission } from '#server/access/contract.ts'
import { AppError, type ErrorCode, errorBody, HTTP_STATUS, toAppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'

/** A signed-in person; a token has no person behind it, only a caller. */
export interface SignedIn {
  userId: string
  email: string
  name: string
  isAdmin: boolean
  sessionIdHash: string
}

export interface ApiContext {
  kernel: Kernel
  requestId: string
  /** Who asks, when a person's session says so. */
  person?: SignedIn
  /** Resolves the caller in a project; a token's project must be the one asked for. Throws `not_found` when not let in. */
  callerIn(projectSlug: string | undefined): Promise<Caller>
  /** Throws `unauthenticated` when neither session nor token is good. */
  requireAnyone(): Promise<void>
}

/** What a route declares. Procedures without it do not exist: the builder asks for it. */
export interface RouteMeta {
  permission: Permission | 'public' | 'signed-in' | 'admin'
}

const TRPC_CODE: Partial<Record<ErrorCode, TRPCError['code']>> = {
  bad_request: 'BAD_REQUEST',
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  superseded: 'CONFLICT',
  too_large: 'PAYLOAD_TOO_LARGE',
  invalid: 'UNPROCESSABLE_CONTENT',
  too_many_requests: 'TOO_MANY_REQUESTS',
  cancelled: 'CLIENT_CLOSED_REQUEST',
  unavailable: 'SERVICE_UNAVAILABLE',
}

const t = initTRPC
  .context<ApiContext>()
  .meta<RouteMeta>()
  .create({
    /** The one translation of errors for tRPC: the body carries our code, words, hint and details. */
    errorFormatter({ shape, error, ctx }) {
      const cause = error.cause
      const app =
        cause instanceof AppError
          ? cause
          : cause instanceof z.ZodError
            ? new AppError('invalid', 'The input does not fit.', {
                details: cause.issues.map(i => ({ column: i.path.join('.'), expected: i.message })),
                hint: cause.issues.map(i => `${i.path.join('.') || 'input'}: ${i.message}`).join('; '),
              })
            : error.code === 'INTERNAL_SERVER_ERROR'
              ? toAppError(cause ?? error)
              : new AppError('bad_request', error.message)
      if (app.code === 'internal') ctx?.kernel.log.error({ err: app.cause ?? error }, 'request failed')
      return {
        ...shape,
        message: app.message,
        data: { ...shape.data, stack: undefined, httpStatus: HTTP_STATUS[app.code], app: errorBody(app).error },
      }
    },
  })

const translate = t.middleware(async ({ next }) => {
  const result = await next()
  if (!result.ok && !(result.error.cause instanceof z.ZodError) && result.error.code === 'INTERNAL_SERVER_ERROR') {
    const app = toAppError(result.error.cause ?? result.error)
    throw new TRPCError({ code: TRPC_CODE[app.code] ?? 'INTERNAL_SERVER_ERROR', message: app.message, cause: app })
  }
  return result
})

const base = t.procedure.use(translate)

export const router = t.router
export const createCallerFactory = t.createCallerFactory
/** Runs before any input is parsed: a caller without a session or token gets 401 and nothing else. */
const authenticated = t.middleware(async ({ ctx, next }) => {
  await ctx.requireAnyone()
  return next()
})

/** Every input of a project's route names its project; a token may leave it out (it names one itself). */
const projectInput = z.object({ project: z.string().max(40).optional() })

/** A route of a project. The input must be built from `projectInput` (`.input(projectInput.extend({…}))` or `.input(z.object({…}))`, merged). */
export const projectProcedure = (permission: Permission) =>
  base
    .meta({ permission })
    .use(authenticated)
    .input(projectInput)
    .use(async ({ ctx, input, next }) => {
      const caller = await ctx.callerIn(input.project)
      await authorize(ctx.kernel, caller, permission)
      return next({ ctx: { ...ctx, caller } })
    })

const signedIn = t.middleware(async ({ ctx, next }) => {
  const { person } = ctx
  if (!person) {
    // Nobody and bad tokens are turned away by the first, good tokens by the second.
    await requirePerson(ctx.kernel, await ctx.callerIn(undefined), 'signed-in')
    throw new AppError('unauthenticated', 'Sign in first.')
  }
  return next({ ctx: { ...ctx, person } })
})

/** A route for anybody who is signed in, whatever the project. Whoever is turned away is written down by what turns away. */
export const signedInProcedure = base.meta({ permission: 'signed-in' }).use(signedIn)

/** A route for administrators of the instance. */
export const adminProcedure = base
  .meta({ permission: 'admin' })
  .use(signedIn)
  .use(async ({ ctx, next }) => {
    await requireAdmin(ctx.kernel, ctx.person)
    return next({ ctx })
  })

/** Health, sign-in state: reviewed one by one in the route test. */
export const publicProcedure = base.meta({ permission: 'public' })

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
  /** Set if the request has a person's session. */
  person?: SignedIn
  /** Resolves the caller in a project; a token may only name its own. Throws `not_found` if the caller may not enter. */
  callerIn(projectSlug: string | undefined): Promise<Caller>
  /** Throws `unauthenticated` unless the request has a valid session or token. */
  requireAnyone(): Promise<void>
}

/** What each route declares; the builder requires it. */
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
    /** Translates errors for tRPC: the body has our code, message, hint and details. */
    errorFormatter({ shape, error, ctx }) {
      const cause = error.cause
      const app =
        cause instanceof AppError
          ? cause
          : cause instanceof z.ZodError
            ? new AppError('invalid', 'The input is not valid.', {
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
/** Refuses a caller without session or token (401) before any input is parsed. */
const authenticated = t.middleware(async ({ ctx, next }) => {
  await ctx.requireAnyone()
  return next()
})

/** Every input of a project's route names its project; with a token it may be omitted. */
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
    // The first check refuses unauthenticated callers, the second refuses tokens.
    await requirePerson(ctx.kernel, await ctx.callerIn(undefined), 'signed-in')
    throw new AppError('unauthenticated', 'Sign in first.')
  }
  return next({ ctx: { ...ctx, person } })
})

/** A route for every signed-in person. `requireAnyone` and the role check audit refusals. */
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

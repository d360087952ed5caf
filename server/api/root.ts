import { router } from './trpc.ts'

/** One router per domain, named as the lifecycle word. */
export const appRouter = router({})

export type AppRouter = typeof appRouter

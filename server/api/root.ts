import { dataRouter } from './routers/data.ts'
import { router } from './trpc.ts'

/** One router per domain, named as the lifecycle word. */
export const appRouter = router({
  data: dataRouter,
})

export type AppRouter = typeof appRouter

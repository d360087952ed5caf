import { dataRouter } from './routers/data.ts'
import { registryRouter } from './routers/registry.ts'
import { servingRouter } from './routers/serving.ts'
import { router } from './trpc.ts'

/** One router per domain, named as the lifecycle word. */
export const appRouter = router({
  data: dataRouter,
  registry: registryRouter,
  serving: servingRouter,
})

export type AppRouter = typeof appRouter

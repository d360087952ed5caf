import { accessRouter } from './routers/access.ts'
import { dataRouter } from './routers/data.ts'
import { evaluationRouter } from './routers/evaluation.ts'
import { homeRouter } from './routers/home.ts'
import { monitoringRouter } from './routers/monitoring.ts'
import { orchestrationRouter } from './routers/orchestration.ts'
import { registryRouter } from './routers/registry.ts'
import { servingRouter } from './routers/serving.ts'
import { trainingRouter } from './routers/training.ts'
import { createCallerFactory, router } from './trpc.ts'

/** One router per domain, named like it, and `home` for what spans domains. */
export const appRouter = router({
  access: accessRouter,
  data: dataRouter,
  training: trainingRouter,
  evaluation: evaluationRouter,
  registry: registryRouter,
  serving: servingRouter,
  monitoring: monitoringRouter,
  orchestration: orchestrationRouter,
  home: homeRouter,
})

export type AppRouter = typeof appRouter
export const createApiCaller = createCallerFactory(appRouter)

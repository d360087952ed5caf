import { router } from '../trpc.ts'

export const evaluationRouter = router({})

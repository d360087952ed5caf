import { router } from '../trpc.ts'

export const trainingRouter = router({})

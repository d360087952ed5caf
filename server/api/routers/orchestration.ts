import { router } from '../trpc.ts'

export const orchestrationRouter = router({})

import { router } from '../trpc.ts'

export const accessRouter = router({})

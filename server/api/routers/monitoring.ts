import { router } from '../trpc.ts'

export const monitoringRouter = router({})

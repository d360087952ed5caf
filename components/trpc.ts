import type { inferRouterOutputs } from '@trpc/server'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import type { AppRouter } from '#server/api/root.ts'

/** Components reach the server only by this: `const trpc = useTRPC()`, then `useQuery(trpc.data.list.queryOptions({ project }))`. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

export type RouterOutputs = inferRouterOutputs<AppRouter>

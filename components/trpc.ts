import { createTRPCContext } from '@trpc/tanstack-react-query'
import type { AppRouter } from '#server/api/root.ts'

/** The one way of components to the server: `const trpc = useTRPC()`, then `useQuery(trpc.data.list.queryOptions({ project }))`. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

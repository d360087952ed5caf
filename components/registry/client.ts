import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc.ts'

export const useModels = (project: string) => useQuery(useTRPC().registry.list.queryOptions({ project }))

export const useModel = (project: string, model: string) =>
  useQuery(useTRPC().registry.show.queryOptions({ project, model }))

export const useEndpoints = (project: string) => useQuery(useTRPC().serving.list.queryOptions({ project }))

export const useHistory = (project: string, endpoint: string) =>
  useQuery(useTRPC().serving.history.queryOptions({ project, endpoint }, { enabled: endpoint !== '', retry: false }))

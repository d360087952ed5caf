import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../trpc.ts'

export const useVersions = (project: string, dataset: string) =>
  useQuery(useTRPC().data.versions.list.queryOptions({ project, dataset }))

export const usePushed = (project: string, dataset: string) =>
  useQuery(useTRPC().data.versions.pushed.queryOptions({ project, dataset }))

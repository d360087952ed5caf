import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { SAMPLE_MS } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'

export const useEndpoints = (project: string) =>
  useQuery(useTRPC().serving.list.queryOptions({ project }, { refetchInterval: SAMPLE_MS.overview }))

export const useEndpoint = (project: string, endpoint: string) =>
  useQuery(useTRPC().serving.show.queryOptions({ project, endpoint }, { refetchInterval: SAMPLE_MS.overview }))

export const useStats = (project: string, endpoint: string, minutes: number) =>
  useQuery(
    useTRPC().serving.stats.queryOptions(
      { project, endpoint, minutes },
      { placeholderData: keepPreviousData, refetchInterval: SAMPLE_MS.rates },
    ),
  )

export const useHistory = (project: string, endpoint: string, at: string) =>
  useQuery(
    useTRPC().serving.history.queryOptions(
      { project, endpoint, at: at || undefined },
      { placeholderData: keepPreviousData, retry: false },
    ),
  )

export const usePredictions = (project: string, endpoint: string) =>
  useQuery(
    useTRPC().serving.predictions.queryOptions(
      { project, endpoint, limit: 50 },
      { refetchInterval: SAMPLE_MS.overview },
    ),
  )

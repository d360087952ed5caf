import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../trpc.ts'

/** Subject of the lineage. */
export type LineageOf = { dataset: string } | { model: string; version: number }

export function useLineage(project: string, of: LineageOf) {
  const trpc = useTRPC()
  const version = useQuery(
    trpc.data.lineage.ofVersion.queryOptions(
      { project, dataset: 'dataset' in of ? of.dataset : '' },
      { enabled: 'dataset' in of },
    ),
  )
  const model = useQuery(
    trpc.data.lineage.ofModel.queryOptions(
      { project, model: 'model' in of ? of.model : '', version: 'model' in of ? of.version : 1 },
      { enabled: 'model' in of },
    ),
  )
  return 'dataset' in of ? version : model
}

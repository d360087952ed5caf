'use client'
import { Alert } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc.ts'

/** States on every page of an archived project that it is read-only. */
export function ArchivedNotice({ project }: { project: string }) {
  const { data } = useQuery(useTRPC().access.here.queryOptions({ project }))
  if (!data?.archivedAt) return null
  return (
    <Alert variant="light" color="gray" mb="md" title="This project is archived.">
      It can only be read; its schedules are paused.{' '}
      {data.archivedEndpoints === 'stopped' ? 'Its endpoints are stopped.' : 'Its endpoints go on answering.'}
    </Alert>
  )
}

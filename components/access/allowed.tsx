'use client'
import { Alert } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { PERMISSIONS, type Permission, roleMay } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'

/** What the person may do here is known a moment after the page; until then nothing is taken away from anybody. */
export function useMay(project: string, to: Permission): boolean {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.access.here.queryOptions({ project }))
  return data === undefined || roleMay(data.role, to)
}

/** What would be refused is not offered. With `explain`, a sentence stands in its place. */
export function Allowed({
  project,
  to,
  explain = false,
  children,
}: {
  project: string
  to: Permission
  explain?: boolean
  children: ReactNode
}) {
  const may = useMay(project, to)
  if (may) return children
  if (!explain) return null
  return (
    <Alert variant="default" role="status" title={`This needs the role ${PERMISSIONS[to]}.`}>
      You may look, not change. An owner of the project can give you a higher role; the Access page shows who they are.
    </Alert>
  )
}

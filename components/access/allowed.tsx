'use client'
import { Alert } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { PERMISSIONS, type Permission, roleMay } from '#server/access/roles/contract.ts'
import { useTRPC } from '../trpc.ts'

/** Whether the user has the permission; true until the role is loaded. */
export function useMay(project: string, to: Permission): boolean {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.access.here.queryOptions({ project }))
  return data === undefined || roleMay(data.role, to)
}

/** Renders the children only with the permission. With `explain`, a notice replaces them. */
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
    <Alert variant="default" role="status" title={`Requires the role ${PERMISSIONS[to]}.`}>
      You have read access only. A project owner can change your role; owners are listed on the Access page.
    </Alert>
  )
}

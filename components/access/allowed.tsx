'use client'
import { Alert } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { allowedWhenArchived, PERMISSIONS, type Permission, roleMay } from '#server/access/roles/contract.ts'
import { type RouterOutputs, useTRPC } from '../trpc.ts'

/** Whether the user has the permission; true until the role is loaded. */
export function useMay(project: string, to: Permission): boolean {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.access.here.queryOptions({ project }))
  return data === undefined || mayIn(data, to)
}

/** Whether the role has the permission, and the project is not archived or allows it still. */
const mayIn = ({ role, archivedEndpoints }: RouterOutputs['access']['here'], to: Permission) =>
  roleMay(role, to) && (archivedEndpoints === null || allowedWhenArchived(to, archivedEndpoints))

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
  const { data } = useQuery(useTRPC().access.here.queryOptions({ project }))
  if (data === undefined || mayIn(data, to)) return children
  if (!explain) return null
  if (roleMay(data.role, to))
    return (
      <Alert variant="default" role="status" title="This project is archived.">
        It can only be read. An owner can restore it in the project’s settings.
      </Alert>
    )
  return (
    <Alert variant="default" role="status" title={`Requires the role ${PERMISSIONS[to]}.`}>
      You have read access only. A project owner can change your role; owners are listed on the Access page.
    </Alert>
  )
}

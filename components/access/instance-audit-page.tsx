'use client'
import { Stack } from '@mantine/core'
import { PageHeader } from '../ui/page-header.tsx'
import { InstanceAudit } from './audit-view.tsx'

export function InstanceAuditPage() {
  return (
    <Stack gap="md">
      <PageHeader
        title="Audit of the instance"
        sentence="Sign-ins, accounts, and refusals that belong to no project. Each project has a log of its own on its Access page."
      />
      <InstanceAudit />
    </Stack>
  )
}

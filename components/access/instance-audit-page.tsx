'use client'
import { Stack } from '@mantine/core'
import { PageHead } from '../ui/page-head.tsx'
import { InstanceAudit } from './audit-view.tsx'

export function InstanceAuditPage() {
  return (
    <Stack gap="md">
      <PageHead
        title="Audit of the instance"
        sentence="Sign-ins, accounts, and refusals that belong to no project. Each project has a log of its own on its Access page."
      />
      <InstanceAudit />
    </Stack>
  )
}

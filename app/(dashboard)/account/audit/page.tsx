import type { Metadata } from 'next'
import { InstanceAuditPage } from '#components/access/instance-audit-page.tsx'

export const metadata: Metadata = { title: 'Audit of the instance' }

export default function Page() {
  return <InstanceAuditPage />
}

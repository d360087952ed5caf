import type { Metadata } from 'next'
import { FirstAdminPage } from '#components/access/first-admin-page.tsx'
import { Prefetch } from '../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Welcome', referrer: 'no-referrer' }

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return (
    <Prefetch queries={trpc => [trpc.access.firstLink.queryOptions({ token })]}>
      <FirstAdminPage token={token} />
    </Prefetch>
  )
}

import type { Metadata } from 'next'
import { ResetPage } from '#components/access/reset-page.tsx'
import { Prefetch } from '../../../prefetch.tsx'

export const metadata: Metadata = { title: 'New password', referrer: 'no-referrer' }

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return (
    <Prefetch queries={trpc => [trpc.access.resetLink.queryOptions({ token })]}>
      <ResetPage token={token} />
    </Prefetch>
  )
}

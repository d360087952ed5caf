import type { Metadata } from 'next'
import { InvitePage } from '#components/access/invite-page.tsx'
import { Prefetch } from '../../../prefetch.tsx'
import { pageContext } from '../../../server.ts'

export const metadata: Metadata = { title: 'Invitation', referrer: 'no-referrer' }

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const { person } = await pageContext()
  return (
    <Prefetch queries={trpc => [trpc.access.invitation.queryOptions({ token })]}>
      <InvitePage token={token} signedInAs={person?.email ?? null} />
    </Prefetch>
  )
}

import type { Metadata } from 'next'
import { AccountPage } from '#components/access/account-page.tsx'
import { Prefetch } from '../../prefetch.tsx'

export const metadata: Metadata = { title: 'Your account' }

export default function Page() {
  return (
    <Prefetch queries={trpc => [trpc.access.me.queryOptions(), trpc.access.sessions.queryOptions()]}>
      <AccountPage />
    </Prefetch>
  )
}

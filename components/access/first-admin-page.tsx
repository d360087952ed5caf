'use client'
import { Skeleton } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { AuthCard } from './auth-card.tsx'
import { DeadLink } from './dead-link.tsx'
import { type NewAccount, NewAccountForm } from './new-account-form.tsx'
import { startSession } from './start-session.ts'

/** Creates the first administrator of an instance. */
export function FirstAdminPage({ token }: { token: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const link = useQuery(trpc.access.firstLink.queryOptions({ token }, { staleTime: Number.POSITIVE_INFINITY }))
  const create = useMutation({
    mutationFn: async (account: NewAccount) => {
      const { email } = await client.access.becomeFirstAdmin.mutate({ token, ...account })
      await startSession(email, account.password, '/')
    },
  })
  if (link.error) return <DeadLink error={link.error} />
  return (
    <AuthCard
      title="Welcome to FlexiML"
      sentence="Create the first account. It becomes the administrator of this instance, with access to every project."
    >
      {link.data ? (
        <NewAccountForm
          action="Create account"
          error={create.error}
          isBusy={create.isPending || create.isSuccess}
          onSubmit={account => create.mutate(account)}
        />
      ) : (
        <Skeleton height={260} aria-label="Checking the link" />
      )}
    </AuthCard>
  )
}

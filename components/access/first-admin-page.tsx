'use client'
import { Skeleton } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { AuthCard } from './auth-card.tsx'
import { DeadLink } from './dead-link.tsx'
import { type NewAccount, NewAccountForm } from './new-account-form.tsx'
import { startSession } from './start-session.ts'

/** Whoever started the server becomes its first administrator. */
export function FirstAdminPage({ token }: { token: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const link = useQuery(trpc.access.firstLink.queryOptions({ token }, { staleTime: Number.POSITIVE_INFINITY }))
  const begin = useMutation({
    mutationFn: async (account: NewAccount) => {
      const { email } = await client.access.becomeFirstAdmin.mutate({ token, ...account })
      await startSession(email, account.password, '/')
    },
  })
  if (link.error) return <DeadLink error={link.error} />
  return (
    <AuthCard
      title="Welcome to FlexiML"
      sentence="You are the first here. This makes you the administrator of this instance, who may enter every project."
    >
      {link.data ? (
        <NewAccountForm
          action="Make my account"
          error={begin.error}
          isBusy={begin.isPending || begin.isSuccess}
          onSubmit={account => begin.mutate(account)}
        />
      ) : (
        <Skeleton height={260} aria-label="Checking the link" />
      )}
    </AuthCard>
  )
}

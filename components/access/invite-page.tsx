'use client'
import { Anchor, Button, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { AuthCard } from './auth-card.tsx'
import { DeadLink } from './dead-link.tsx'
import { ROLE_DESCRIPTIONS } from './labels.ts'
import { type NewAccount, NewAccountForm } from './new-account-form.tsx'
import { startSession } from './start-session.ts'

/** Accepts an invitation with the account of this browser or a new one. */
export function InvitePage({ token, signedInAs }: { token: string; signedInAs: string | null }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data, error } = useQuery(
    trpc.access.invitation.queryOptions({ token }, { staleTime: Number.POSITIVE_INFINITY }),
  )
  const join = useMutation({
    mutationFn: async (account: NewAccount) => {
      const { project, email } = await client.access.joinByInvitation.mutate({ token, ...account })
      await startSession(email, account.password, paths.project(project))
    },
  })
  if (error) return <DeadLink error={error} />
  if (!data)
    return (
      <AuthCard title="Invitation">
        <Skeleton height={200} aria-label="Checking the invitation" />
      </AuthCard>
    )
  const signIn = `/sign-in?callbackUrl=${encodeURIComponent(`/invite/${token}`)}`
  return (
    <AuthCard
      title={`Join ${data.projectName}`}
      sentence={`${data.invitedBy ?? 'A member'} invites you as ${data.role}. ${ROLE_DESCRIPTIONS[data.role]}.`}
    >
      {signedInAs ? (
        <JoinAs email={signedInAs} token={token} signIn={signIn} />
      ) : (
        <Stack gap="md">
          <NewAccountForm
            email={data.email}
            action="Create account and join"
            error={join.error}
            isBusy={join.isPending || join.isSuccess}
            onSubmit={account => join.mutate(account)}
          />
          <Anchor href={signIn} size="sm">
            Sign in with an existing account
          </Anchor>
        </Stack>
      )}
    </AuthCard>
  )
}

/** Joins with the account of this browser. */
function JoinAs({ email, token, signIn }: { email: string; token: string; signIn: string }) {
  const client = useTRPCClient()
  const accept = useMutation({
    mutationFn: async () => {
      const { project } = await client.access.acceptInvitation.mutate({ token })
      window.location.assign(paths.project(project))
    },
  })
  return (
    <Stack gap="md">
      {accept.error ? <Problem error={accept.error} /> : null}
      <Text size="sm">
        You are signed in as <strong>{email}</strong>.
      </Text>
      <Button size="sm" loading={accept.isPending || accept.isSuccess} onClick={() => accept.mutate()}>
        Join the project
      </Button>
      <Anchor href={signIn} size="sm">
        Use another account
      </Anchor>
    </Stack>
  )
}

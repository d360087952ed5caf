'use client'
import { Button, PasswordInput, Skeleton, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import { AuthCard } from './auth-card.tsx'
import { DeadLink } from './dead-link.tsx'
import { fieldProblems, isTold } from './field-problems.ts'
import { PASSWORD_HINT } from './new-account-form.tsx'
import { startSession } from './start-session.ts'

export function ResetPage({ token }: { token: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const [password, setPassword] = useState('')
  const link = useQuery(trpc.access.resetLink.queryOptions({ token }, { staleTime: Number.POSITIVE_INFINITY }))
  const reset = useMutation({
    mutationFn: async () => {
      const { email } = await client.access.resetPassword.mutate({ token, password })
      await startSession(email, password, '/')
    },
  })
  if (link.error) return <DeadLink error={link.error} />
  return (
    <AuthCard title="Choose a new password" sentence="All browsers that are signed in as you are signed out.">
      {link.data ? (
        <form
          onSubmit={event => {
            event.preventDefault()
            reset.mutate()
          }}
        >
          <Stack gap="md">
            {reset.error && !isTold(reset.error, ['password']) ? <Problem error={reset.error} /> : null}
            {/* Password managers keep the new password under this name. */}
            <TextInput
              label="E-mail"
              type="email"
              name="email"
              autoComplete="username"
              readOnly
              value={link.data.email ?? ''}
            />
            <PasswordInput
              label="New password"
              name="password"
              autoComplete="new-password"
              required
              description={PASSWORD_HINT}
              value={password}
              error={fieldProblems(reset.error).password}
              onChange={event => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" size="sm" loading={reset.isPending || reset.isSuccess}>
              Change the password and sign in
            </Button>
          </Stack>
        </form>
      ) : (
        <Skeleton height={200} aria-label="Checking the link" />
      )}
    </AuthCard>
  )
}

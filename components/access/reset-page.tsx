'use client'
import { Skeleton } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { newAccountInput } from '#server/access/contract.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'
import { AuthCard } from './auth-card.tsx'
import { DeadLink } from './dead-link.tsx'
import { PASSWORD_HINT } from './new-account-form.tsx'
import { startSession } from './start-session.ts'

const resetInput = newAccountInput.pick({ email: true, password: true })

export function ResetPage({ token }: { token: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const link = useQuery(trpc.access.resetLink.queryOptions({ token }, { staleTime: Number.POSITIVE_INFINITY }))
  const reset = useMutation({
    mutationFn: async ({ password }: z.infer<typeof resetInput>) => {
      const { email } = await client.access.resetPassword.mutate({ token, password })
      await startSession(email, password, '/')
    },
  })
  if (link.error) return <DeadLink error={link.error} />
  return (
    <AuthCard title="Choose a new password" sentence="This signs you out of all browsers.">
      {link.data ? (
        <SchemaForm
          schema={resetInput}
          initial={{ email: link.data.email ?? '' }}
          hints={{
            // Password managers store the new password under this name.
            email: { readOnly: true },
            password: { title: 'New password', description: PASSWORD_HINT, autoComplete: 'new-password' },
          }}
          error={reset.error}
          onSubmit={input => reset.mutate(input)}
          submit="Change password and sign in"
          wide
          busy={reset.isPending || reset.isSuccess}
        />
      ) : (
        <Skeleton height={200} aria-label="Checking the link" />
      )}
    </AuthCard>
  )
}

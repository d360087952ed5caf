'use client'
import { Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { z } from 'zod'
import { emailSchema, passwordSchema } from '#server/access/contract.ts'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'
import { AuthCard } from './auth-card.tsx'
import { startSession } from './start-session.ts'

const signInInput = z.object({
  email: emailSchema,
  password: passwordSchema.meta({ title: 'Password', input: 'password', autoComplete: 'current-password' }),
})

export function SignInForm({ to, email = '' }: { to: string; email?: string }) {
  const signIn = useMutation({
    mutationFn: (input: z.infer<typeof signInInput>) => startSession(input.email, input.password, to),
  })
  return (
    <AuthCard title="Sign in to FlexiML">
      <SchemaForm
        schema={signInInput}
        initial={{ email }}
        error={signIn.error}
        onSubmit={input => signIn.mutate(input)}
        submit="Sign in"
        wide
        busy={signIn.isPending || signIn.isSuccess}
      />
      <Text size="xs" c="dimmed" mt="md">
        No account? Request an invitation from a project owner. Forgot your password? The server administrator can
        create a reset link with <code>fleximl user reset EMAIL</code>.
      </Text>
    </AuthCard>
  )
}

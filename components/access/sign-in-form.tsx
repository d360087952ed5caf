'use client'
import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../ui/problem.tsx'
import { AuthCard } from './auth-card.tsx'
import { startSession } from './start-session.ts'

export function SignInForm({ to, email: known = '' }: { to: string; email?: string }) {
  const [email, setEmail] = useState(known)
  const [password, setPassword] = useState('')
  const enter = useMutation({ mutationFn: () => startSession(email, password, to) })
  return (
    <AuthCard title="Sign in to FlexiML">
      <form
        onSubmit={event => {
          event.preventDefault()
          enter.mutate()
        }}
      >
        <Stack gap="md">
          {enter.error ? <Problem error={enter.error} /> : null}
          <TextInput
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            required
            data-autofocus
            value={email}
            onChange={event => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" loading={enter.isPending || enter.isSuccess}>
            Sign in
          </Button>
          <Text size="xs" c="dimmed">
            No account: ask an owner of a project for an invitation. Forgotten password: whoever runs this server makes
            a reset link with <code>fleximl user reset EMAIL</code>.
          </Text>
        </Stack>
      </form>
    </AuthCard>
  )
}

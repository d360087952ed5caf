'use client'
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { MIN_PASSWORD } from '#server/access/contract.ts'
import { Problem } from '../ui/problem.tsx'
import { fieldProblems, isTold } from './field-problems.ts'

export interface NewAccount {
  name: string
  email: string
  password: string
}

export const PASSWORD_HINT = `At least ${MIN_PASSWORD} characters; a few words do well.`

/** Name, e-mail and password of somebody new. */
export function NewAccountForm({
  email: fixed,
  action,
  error,
  isBusy,
  onSubmit,
}: {
  /** The address that an invitation is bound to; it cannot be changed then. */
  email?: string | null
  action: string
  error: unknown
  isBusy: boolean
  onSubmit: (account: NewAccount) => void
}) {
  const [name, setName] = useState('')
  const [email, setEmail] = useState(fixed ?? '')
  const [password, setPassword] = useState('')
  const problems = fieldProblems(error)
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        onSubmit({ name, email, password })
      }}
    >
      <Stack gap="md">
        {error && !isTold(error, ['name', 'email', 'password']) ? <Problem error={error} /> : null}
        <TextInput
          label="Your name"
          name="name"
          autoComplete="name"
          required
          maxLength={120}
          value={name}
          error={problems.name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <TextInput
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          readOnly={Boolean(fixed)}
          description={fixed ? 'The invitation is for this address.' : undefined}
          value={email}
          error={problems.email}
          onChange={event => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="new-password"
          required
          description={PASSWORD_HINT}
          value={password}
          error={problems.password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" loading={isBusy}>
          {action}
        </Button>
      </Stack>
    </form>
  )
}

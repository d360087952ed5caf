import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { fieldProblems, isTold } from './field-problems.ts'
import { PASSWORD_HINT } from './new-account-form.tsx'

export function ChangePassword({ email }: { email: string }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation(
    trpc.access.changePassword.mutationOptions({
      onSuccess() {
        setCurrent('')
        setNext('')
        void queries.invalidateQueries(trpc.access.sessions.pathFilter())
      },
    }),
  )
  const problems = fieldProblems(change.error)
  return (
    <Panel title="Password" note="changing it signs out all other browsers">
      <form
        onSubmit={event => {
          event.preventDefault()
          change.mutate({ current, next })
        }}
      >
        <Stack gap="md" maw={380}>
          {change.error && !isTold(change.error, ['current', 'password', 'next']) ? (
            <Problem error={change.error} />
          ) : null}
          {change.data ? (
            <Alert color="green" variant="light" role="status">
              The password is changed. {formatCount(change.data.endedSessions, 'other session')} ended.
            </Alert>
          ) : null}
          {/* Password managers find the account by it. */}
          <input type="text" name="email" autoComplete="username" value={email} readOnly hidden />
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            value={current}
            error={problems.current}
            onChange={event => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            required
            description={PASSWORD_HINT}
            value={next}
            error={problems.password ?? problems.next}
            onChange={event => setNext(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" loading={change.isPending} disabled={current === '' || next === ''}>
              Change the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  )
}

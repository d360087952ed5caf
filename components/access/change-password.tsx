import { Alert } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { changePasswordInput } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'
import { PASSWORD_HINT } from './new-account-form.tsx'

export function ChangePassword({ email }: { email: string }) {
  const trpc = useTRPC()
  const change = useMutation(trpc.access.changePassword.mutationOptions())
  return (
    <Panel title="Password" note="changing it signs out all other browsers">
      <div style={{ maxWidth: 380 }}>
        <SchemaForm
          schema={changePasswordInput}
          hints={{ next: { description: PASSWORD_HINT } }}
          error={change.error}
          renameErrors={{ password: 'next' }}
          resetOn={change.data}
          onSubmit={input => change.mutate(input)}
          submit="Change password"
          busy={change.isPending}
          intro={
            <>
              {change.data ? (
                <Alert color="green" variant="light" role="status">
                  Password changed. {formatCount(change.data.endedSessions, 'other session')} ended.
                </Alert>
              ) : null}
              {/* Password managers find the account by it. */}
              <input type="text" name="email" autoComplete="username" value={email} readOnly hidden />
            </>
          }
        />
      </div>
    </Panel>
  )
}

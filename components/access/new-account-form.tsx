'use client'
import type { z } from 'zod'
import { MIN_PASSWORD, newAccountInput } from '#server/access/contract.ts'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'

const accountInput = newAccountInput.omit({ token: true })
export type NewAccount = z.infer<typeof accountInput>

export const PASSWORD_HINT = `At least ${MIN_PASSWORD} characters; several words work well.`

/** Name, e-mail address and password of a new account. */
export function NewAccountForm({
  email,
  action,
  error,
  isBusy,
  onSubmit,
}: {
  /** The address that an invitation is bound to; it cannot be changed. */
  email?: string | null
  action: string
  error: unknown
  isBusy: boolean
  onSubmit: (account: NewAccount) => void
}) {
  return (
    <SchemaForm
      schema={accountInput}
      initial={{ email: email ?? '' }}
      hints={{
        email: email ? { readOnly: true, description: 'The invitation is for this address.' } : {},
        password: { description: PASSWORD_HINT, autoComplete: 'new-password' },
      }}
      error={error}
      onSubmit={onSubmit}
      submit={action}
      wide
      busy={isBusy}
    />
  )
}

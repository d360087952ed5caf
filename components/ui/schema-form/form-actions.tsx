import { Button, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './schema-form.module.css'

/** The buttons of a form; they stay in view while a long form scrolls. */
export function FormActions({
  submit,
  busy = false,
  disabled = false,
  destructive = false,
  wide = false,
  note,
  onCancel,
  children,
}: {
  /** Label of the submit button. */
  submit: string
  busy?: boolean
  disabled?: boolean
  destructive?: boolean
  /** One button over the whole width, as on sign-in pages. */
  wide?: boolean
  /** What is missing, or what will happen. */
  note?: ReactNode
  onCancel?: () => void
  /** Further buttons, before the submit button. */
  children?: ReactNode
}) {
  if (wide)
    return (
      <Button type="submit" size="sm" fullWidth loading={busy} disabled={disabled}>
        {submit}
      </Button>
    )
  return (
    <Group className={classes.actions} justify="flex-end" gap="xs">
      {note ? (
        <Text size="sm" c="dimmed" flex={1}>
          {note}
        </Text>
      ) : null}
      {onCancel ? (
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      ) : null}
      {children}
      <Button
        type="submit"
        loading={busy}
        disabled={disabled}
        {...(destructive ? { color: 'red', variant: 'light' } : {})}
      >
        {submit}
      </Button>
    </Group>
  )
}

import { Button } from '@mantine/core'

/** A subtle button of a table row; `name` identifies the row for screen readers. */
export function RowButton({
  label,
  name,
  loading,
  disabled,
  onClick,
}: {
  label: string
  name: string
  loading?: boolean
  disabled?: boolean
  onClick: () => void
}) {
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-xs"
      aria-label={name}
      loading={loading}
      disabled={disabled}
      onClick={onClick}
    >
      {label}
    </Button>
  )
}

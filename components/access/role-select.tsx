import { Select } from '@mantine/core'
import { ROLES, type Role } from '#server/access/roles/contract.ts'
import { ROLE_DESCRIPTIONS } from './labels.ts'

const roleOf = (name: string): Role => ROLES.find(role => role === name) ?? 'viewer'

/** Selects a role; each option describes what it allows. */
export function RoleSelect({
  value,
  onChange,
  roles = ROLES,
  label,
  hiddenLabel,
  disabled,
}: {
  value: Role
  onChange: (role: Role) => void
  roles?: readonly Role[]
  label?: string
  /** For a select in a table row, which has no visible label. */
  hiddenLabel?: string
  disabled?: boolean
}) {
  return (
    <Select
      label={label}
      aria-label={hiddenLabel}
      description={label ? ROLE_DESCRIPTIONS[value] : undefined}
      size={label ? undefined : 'xs'}
      w={label ? undefined : 120}
      data={[...roles]}
      allowDeselect={false}
      disabled={disabled}
      value={value}
      comboboxProps={{ withinPortal: true, width: 300, position: 'bottom-start' }}
      renderOption={({ option }) => (
        <span>
          <strong>{option.value}</strong>
          <br />
          <span style={{ color: 'var(--mantine-color-dimmed)' }}>{ROLE_DESCRIPTIONS[roleOf(option.value)]}</span>
        </span>
      )}
      onChange={role => {
        if (role) onChange(roleOf(role))
      }}
    />
  )
}

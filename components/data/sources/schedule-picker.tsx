import { Group, Select, TextInput } from '@mantine/core'
import { describeSchedule, SCHEDULES } from './describe-schedule.ts'

const OWN = 'own'

/** null: by hand only. A pattern of one's own is five fields. */
export function SchedulePicker({
  cron,
  onChange,
  disabled = false,
}: {
  cron: string | null
  onChange: (cron: string | null) => void
  disabled?: boolean
}) {
  const own = cron !== null && !SCHEDULES.some(s => s.cron === cron)
  return (
    <Group gap="sm" align="start">
      <Select
        label="Refresh"
        description="In the project’s time zone."
        w={280}
        maw="100%"
        allowDeselect={false}
        disabled={disabled}
        data={[
          { value: '', label: 'by hand only' },
          ...SCHEDULES.map(s => ({ value: s.cron, label: s.words })),
          { value: OWN, label: 'by a pattern of my own' },
        ]}
        value={cron === null ? '' : own ? OWN : cron}
        onChange={value => onChange(value === '' ? null : value === OWN ? '30 6 * * *' : value)}
      />
      {own ? (
        <TextInput
          label="Pattern"
          description="Minute, hour, day, month, weekday."
          w={220}
          disabled={disabled}
          value={cron}
          onChange={e => onChange(e.currentTarget.value)}
          inputWrapperOrder={['label', 'description', 'input', 'error']}
          title={describeSchedule(cron)}
        />
      ) : null}
    </Group>
  )
}

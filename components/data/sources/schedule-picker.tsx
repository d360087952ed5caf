import { Group, Select, TextInput } from '@mantine/core'
import { describeSchedule, SCHEDULES } from './describe-schedule.ts'

const CUSTOM = 'custom'
const CHOICES = [
  { value: '', label: 'Manual' },
  ...SCHEDULES.map(({ cron, label }) => ({ value: cron, label: label.charAt(0).toUpperCase() + label.slice(1) })),
  { value: CUSTOM, label: 'Cron expression' },
]

/** Selects a schedule; null is manual. */
export function SchedulePicker({ cron, onChange }: { cron: string | null; onChange: (cron: string | null) => void }) {
  const custom = cron !== null && !SCHEDULES.some(schedule => schedule.cron === cron)
  return (
    <Group gap="sm" align="start">
      <Select
        label="Refresh"
        description="In the project's time zone."
        w={280}
        maw="100%"
        allowDeselect={false}
        data={CHOICES}
        value={cron === null ? '' : custom ? CUSTOM : cron}
        onChange={value => onChange(value === '' ? null : value === CUSTOM ? '30 6 * * *' : value)}
      />
      {custom ? (
        <TextInput
          label="Cron expression"
          description="Minute, hour, day, month, weekday."
          w={220}
          value={cron}
          onChange={event => onChange(event.currentTarget.value)}
          inputWrapperOrder={['label', 'description', 'input', 'error']}
          title={describeSchedule(cron)}
        />
      ) : null}
    </Group>
  )
}

import { Alert, Badge, List } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ClassWarning } from '#ml/metrics/class-warnings.ts'
import { classWarningMessage, isMisleading } from '#server/training/warnings/contract.ts'

/** What the measured rows or the predictions of a classification lack: red when the model predicts one class only. */
export function ClassWarnings({ warnings }: { warnings: readonly ClassWarning[] }) {
  if (warnings.length === 0) return null
  const severe = isMisleading(warnings)
  return (
    <Alert
      color={severe ? 'red' : 'yellow'}
      variant="light"
      role="status"
      icon={<IconAlertTriangle aria-hidden />}
      title={severe ? 'Predicts one class only' : 'Few rows of a class'}
    >
      <List size="sm" spacing={2}>
        {warnings.slice(0, 6).map(warning => (
          <List.Item key={`${warning.code} ${JSON.stringify(warning.facts)}`}>{classWarningMessage(warning)}</List.Item>
        ))}
      </List>
    </Alert>
  )
}

/** For a row of a table: only of a model whose numbers mislead. */
export function OneClassBadge({ warnings }: { warnings: readonly ClassWarning[] }) {
  const [severe] = warnings.filter(({ code }) => code === 'predicts_one_class')
  if (!severe) return null
  return (
    <Badge size="xs" color="red" variant="light" tt="none" title={classWarningMessage(severe)}>
      one class only
    </Badge>
  )
}

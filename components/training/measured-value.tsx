import { Text } from '@mantine/core'
import type { Measured } from '#server/training/contract.ts'
import { formatMeasured } from './labels.ts'

/** A metric with half of its 95 % interval. */
export function MeasuredValue({
  measured,
  metric,
  strong,
}: {
  measured: Measured | null | undefined
  /** Names the unit: a share is written in percent. */
  metric: string | null
  strong?: boolean
}) {
  const { value, half } = formatMeasured(measured ?? null, metric)
  return (
    <>
      <Text span size="sm" fw={strong ? 600 : 500} c={value === '–' ? 'dimmed' : undefined}>
        {value}
      </Text>
      {half ? (
        <Text span size="sm" c="dimmed">
          {' '}
          ± {half}
        </Text>
      ) : null}
    </>
  )
}

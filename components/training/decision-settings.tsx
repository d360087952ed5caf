import { Group, NumberInput, Select, Stack } from '@mantine/core'
import type { Decisions, LaunchOptions, ThresholdWish } from '#server/training/contract.ts'

const THRESHOLD_WORDS = {
  half: 'From a probability of 0.5 on',
  f1: 'Where F1 is highest',
  balanced_accuracy: 'Where balanced accuracy is highest',
  youden: 'Where recall minus false alarms is highest',
  cost: 'By what errors cost',
}

const kindOf = (threshold: ThresholdWish | undefined): keyof typeof THRESHOLD_WORDS =>
  threshold === undefined ? 'half' : typeof threshold === 'string' ? threshold : 'cost'

/** How a classifier decides: weights of classes, calibration of its probabilities, and from where on it says yes. */
export function DecisionSettings({
  options,
  value,
  onChange,
}: {
  options: LaunchOptions
  value: Decisions
  onChange: (value: Decisions) => void
}) {
  if (options.task === 'regression') return null
  const { threshold } = value
  const set = (part: Partial<Decisions>) => onChange({ ...value, ...part })
  return (
    <Stack gap="md">
      <Select
        label="Rare classes"
        description="Equal weights find more of a rare class, at the price of more false alarms."
        data={[
          { value: 'none', label: 'Count as often as they come' },
          { value: 'balanced', label: 'Count as much as the others' },
        ]}
        value={value.classWeights ?? 'none'}
        allowDeselect={false}
        onChange={next => set({ classWeights: next === 'balanced' ? 'balanced' : undefined })}
      />
      <Select
        label="Probabilities"
        description="Calibrated, 0.8 means that 8 of 10 such rows are of the class."
        data={[
          { value: 'none', label: 'As the model gives them' },
          { value: 'platt', label: 'Calibrated by a sigmoid (Platt)' },
          { value: 'isotonic', label: 'Calibrated by steps (isotonic), for many rows' },
        ]}
        value={value.calibration ?? 'none'}
        allowDeselect={false}
        onChange={next => set({ calibration: next === 'platt' || next === 'isotonic' ? next : undefined })}
      />
      {options.task === 'binary' ? (
        <Select
          label="Says yes"
          description="Chosen on rows that the model has not seen."
          data={Object.entries(THRESHOLD_WORDS).map(([id, label]) => ({ value: id, label }))}
          value={kindOf(threshold)}
          allowDeselect={false}
          onChange={next => {
            if (next === 'cost') set({ threshold: { falseAlarm: 1, miss: 5 } })
            else set({ threshold: next === 'half' || next === null ? undefined : (next as ThresholdWish) })
          }}
        />
      ) : null}
      {typeof threshold === 'object' ? (
        <Group grow>
          <NumberInput
            label="A false alarm costs"
            min={0}
            max={1e12}
            value={threshold.falseAlarm}
            onChange={next => set({ threshold: { ...threshold, falseAlarm: Number(next) || 0 } })}
          />
          <NumberInput
            label="A miss costs"
            min={0}
            max={1e12}
            value={threshold.miss}
            onChange={next => set({ threshold: { ...threshold, miss: Number(next) || 0 } })}
          />
        </Group>
      ) : null}
    </Stack>
  )
}

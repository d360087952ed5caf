import { Checkbox, Group, MultiSelect, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import type { RecipeStepInput } from '#server/data/recipes/contract.ts'

const STRATEGIES = [
  { value: 'median', label: 'Median' },
  { value: 'mean', label: 'Mean' },
  { value: 'mode', label: 'Most frequent value' },
  { value: 'constant', label: 'A value I give' },
]
const OPERATIONS = [
  { value: 'multiply', label: 'times' },
  { value: 'divide', label: 'divided by' },
  { value: 'add', label: 'plus' },
  { value: 'subtract', label: 'minus' },
]
const PARTS = [
  { value: 'hour', label: 'Hour' },
  { value: 'weekday', label: 'Weekday' },
  { value: 'month', label: 'Month' },
  { value: 'day-of-year', label: 'Day of the year' },
]
const number = (value: number | string) => (typeof value === 'number' ? value : undefined)

/** The fields of one step. */
export function StepEditor({
  step,
  choices,
  problem,
  onChange,
}: {
  step: RecipeStepInput
  /** Columns it may take. */
  choices: string[]
  problem: string | undefined
  onChange: (step: RecipeStepInput) => void
}) {
  return (
    <Stack gap="xs">
      {step.step === 'interaction' ? (
        <Pair step={step} choices={choices} onChange={onChange} />
      ) : (
        <MultiSelect
          label="Columns"
          placeholder={step.columns.length === 0 ? 'Choose columns' : undefined}
          searchable
          clearable
          hidePickedOptions
          limit={200}
          // A column that went missing stays visible, so that it can be taken out.
          data={[...new Set([...choices, ...step.columns])]}
          value={step.columns}
          error={step.columns.length === 0 ? problem : undefined}
          onChange={columns => onChange({ ...step, columns })}
        />
      )}
      <Settings step={step} onChange={onChange} problem={step.columns.length === 0 ? undefined : problem} />
    </Stack>
  )
}

function Pair({
  step,
  choices,
  onChange,
}: {
  step: Extract<RecipeStepInput, { step: 'interaction' }>
  choices: string[]
  onChange: (step: RecipeStepInput) => void
}) {
  const [first = null, second = null] = step.columns
  const choose = (a: string | null, b: string | null) =>
    onChange({ ...step, columns: [a, b].filter((c): c is string => c !== null) })
  return (
    <Group grow align="end" gap="xs">
      <Select label="First" searchable data={choices} value={first} onChange={a => choose(a, second)} />
      <Select
        label="Operation"
        allowDeselect={false}
        data={OPERATIONS}
        value={step.operation}
        onChange={operation => onChange({ ...step, operation: (operation ?? 'multiply') as typeof step.operation })}
      />
      <Select
        label="Second"
        searchable
        disabled={first === null}
        data={choices}
        value={second}
        onChange={b => choose(first, b)}
      />
    </Group>
  )
}

function Settings({
  step,
  problem,
  onChange,
}: {
  step: RecipeStepInput
  problem: string | undefined
  onChange: (step: RecipeStepInput) => void
}) {
  switch (step.step) {
    case 'impute':
      return (
        <Group align="end" gap="md">
          <Select
            label="Fill with"
            allowDeselect={false}
            data={STRATEGIES}
            value={step.strategy}
            onChange={value => {
              const strategy = (value ?? 'median') as typeof step.strategy
              onChange({ ...step, strategy, value: strategy === 'constant' ? step.value : undefined })
            }}
          />
          {step.strategy === 'constant' ? (
            <TextInput
              label="Value"
              value={step.value === undefined ? '' : String(step.value)}
              error={problem}
              onChange={e => {
                const text = e.currentTarget.value
                const asNumber = Number(text)
                onChange({ ...step, value: text.trim() !== '' && Number.isFinite(asNumber) ? asNumber : text })
              }}
            />
          ) : null}
          <Checkbox
            label="Add a column that says where cells were missing"
            checked={step.indicator ?? false}
            onChange={e => onChange({ ...step, indicator: e.currentTarget.checked })}
          />
        </Group>
      )
    case 'clip':
      return (
        <Group align="start" gap="md">
          <NumberInput
            label="Lower quantile"
            min={0}
            max={1}
            step={0.01}
            value={step.lower ?? 0.01}
            error={problem}
            onChange={value => onChange({ ...step, lower: number(value) })}
          />
          <NumberInput
            label="Upper quantile"
            min={0}
            max={1}
            step={0.01}
            value={step.upper ?? 0.99}
            onChange={value => onChange({ ...step, upper: number(value) })}
          />
        </Group>
      )
    case 'power':
      return (
        <Select
          label="How"
          allowDeselect={false}
          maw={320}
          data={[
            { value: 'log1p', label: 'Logarithm of 1 + size' },
            { value: 'yeo-johnson', label: 'Best power (Yeo–Johnson)' },
          ]}
          value={step.method}
          onChange={method => onChange({ ...step, method: (method ?? 'log1p') as typeof step.method })}
        />
      )
    case 'scale':
      return (
        <Select
          label="How"
          allowDeselect={false}
          maw={320}
          data={[
            { value: 'standard', label: 'Mean 0, deviation 1' },
            { value: 'robust', label: 'Median 0, interquartile range 1' },
            { value: 'min-max', label: 'From 0 to 1' },
          ]}
          value={step.method}
          onChange={method => onChange({ ...step, method: (method ?? 'standard') as typeof step.method })}
        />
      )
    case 'one-hot':
      return (
        <Group align="end" gap="md">
          <NumberInput
            label="Most levels"
            min={1}
            max={1000}
            allowDecimal={false}
            value={step.maxCategories ?? 40}
            onChange={value => onChange({ ...step, maxCategories: number(value) })}
          />
          <NumberInput
            label="Rare below (rows)"
            min={1}
            allowDecimal={false}
            value={step.minCount ?? 2}
            onChange={value => onChange({ ...step, minCount: number(value) })}
          />
        </Group>
      )
    case 'date-parts':
      return (
        <Stack gap="xs">
          <Checkbox.Group
            label="Parts"
            value={step.parts ?? PARTS.map(p => p.value)}
            onChange={parts =>
              onChange({ ...step, parts: parts.length > 0 ? (parts as NonNullable<typeof step.parts>) : undefined })
            }
          >
            <Group gap="md" mt={4}>
              {PARTS.map(p => (
                <Checkbox key={p.value} value={p.value} label={p.label} />
              ))}
            </Group>
          </Checkbox.Group>
          <Checkbox
            label="Add days since the first training row, so that a trend can be followed"
            checked={step.elapsedDays ?? false}
            onChange={e => onChange({ ...step, elapsedDays: e.currentTarget.checked })}
          />
        </Stack>
      )
    case 'interaction':
      return (
        <TextInput
          label="Name of the feature"
          description="Optional"
          maw={320}
          value={step.name ?? ''}
          onChange={e => onChange({ ...step, name: e.currentTarget.value || undefined })}
        />
      )
    case 'drop':
      return null
  }
}

import { Checkbox, Group, MultiSelect, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core'
import type { RecipeStepInput } from '#server/data/recipes/contract.ts'
import { takesAll } from './step-kinds.ts'

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
      {step.step === 'expression' ? null : step.step === 'interaction' ? (
        <Pair step={step} choices={choices} onChange={onChange} />
      ) : (
        <MultiSelect
          label="Columns"
          placeholder={step.columns.length > 0 ? undefined : takesAll(step) ? 'All' : 'Choose columns'}
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
      {step.step === 'expression' ? (
        <Formula step={step} choices={choices} problem={problem} onChange={onChange} />
      ) : (
        <Settings step={step} onChange={onChange} problem={step.columns.length === 0 ? undefined : problem} />
      )}
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

const FUNCTIONS = 'if, log, exp, sqrt, abs, round, floor, ceil, min, max, is_missing'

function Formula({
  step,
  choices,
  problem,
  onChange,
}: {
  step: Extract<RecipeStepInput, { step: 'expression' }>
  choices: string[]
  problem: string | undefined
  onChange: (step: RecipeStepInput) => void
}) {
  return (
    <Group align="start" gap="md">
      <TextInput
        label="Name of the feature"
        value={step.name}
        onChange={e => onChange({ ...step, name: e.currentTarget.value })}
      />
      <TextInput
        label="Formula"
        description={`+ − * / ^, comparisons, and, or, not, ${FUNCTIONS}. Names with spaces in double quotes.`}
        placeholder="log(price) / (rooms + 1)"
        style={{ flex: 1, minWidth: 280 }}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        spellCheck={false}
        autoComplete="off"
        value={step.formula}
        // What is still to be filled in is no mistake before anything is written.
        error={step.formula === '' ? undefined : problem}
        onChange={e => onChange({ ...step, formula: e.currentTarget.value })}
      />
      <Text size="xs" c="dimmed" w="100%">
        It can use {choices.slice(0, 30).join(', ')}
        {choices.length > 30 ? ` and ${choices.length - 30} more` : ''}.
      </Text>
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
            { value: 'quantile uniform', label: 'By rank, from 0 to 1' },
            { value: 'quantile normal', label: 'By rank, to a normal distribution' },
          ]}
          value={step.method === 'quantile' ? `quantile ${step.to ?? 'uniform'}` : step.method}
          onChange={value => {
            const [method, to] = (value ?? 'standard').split(' ')
            onChange({ ...step, method: method as typeof step.method, to: to as typeof step.to })
          }}
        />
      )
    case 'cast':
      return (
        <Select
          label="As"
          allowDeselect={false}
          maw={320}
          data={[
            { value: 'number', label: 'Number' },
            { value: 'category', label: 'Category' },
            { value: 'boolean', label: 'Yes or no' },
            { value: 'datetime', label: 'Date and time' },
          ]}
          value={step.to}
          onChange={to => onChange({ ...step, to: (to ?? 'number') as typeof step.to })}
        />
      )
    case 'near-constant':
      return (
        <NumberInput
          label="Share of the same value"
          maw={320}
          min={0.5}
          max={1}
          step={0.005}
          value={step.share ?? 0.995}
          onChange={value => onChange({ ...step, share: number(value) })}
        />
      )
    case 'correlation':
      return (
        <NumberInput
          label="Correlation above"
          maw={320}
          min={0}
          max={1}
          step={0.01}
          value={step.limit ?? 0.98}
          onChange={value => onChange({ ...step, limit: number(value) })}
        />
      )
    case 'ordinal':
      return (
        <NumberInput
          label="Most levels"
          maw={320}
          min={1}
          max={100_000}
          allowDecimal={false}
          value={step.maxCategories ?? 1000}
          onChange={value => onChange({ ...step, maxCategories: number(value) })}
        />
      )
    case 'target-encoding':
      return (
        <Group align="end" gap="md">
          <NumberInput
            label="Smoothing (rows)"
            min={0}
            max={1_000_000}
            value={step.smoothing ?? 10}
            onChange={value => onChange({ ...step, smoothing: number(value) })}
          />
          <Keep step={step} onChange={onChange} />
        </Group>
      )
    case 'hashing':
      return (
        <NumberInput
          label="Columns"
          maw={320}
          min={1}
          max={4096}
          allowDecimal={false}
          value={step.buckets ?? 32}
          onChange={value => onChange({ ...step, buckets: number(value) })}
        />
      )
    case 'tf-idf':
      return (
        <Group align="end" gap="md">
          <NumberInput
            label="Most words"
            min={1}
            max={5000}
            allowDecimal={false}
            value={step.maxTerms ?? 100}
            onChange={value => onChange({ ...step, maxTerms: number(value) })}
          />
          <NumberInput
            label="Rare below (rows)"
            min={1}
            allowDecimal={false}
            value={step.minCount ?? 2}
            onChange={value => onChange({ ...step, minCount: number(value) })}
          />
          <Keep step={step} onChange={onChange} />
        </Group>
      )
    case 'text-statistics':
      return <Keep step={step} onChange={onChange} />
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
            label="As plain numbers, for trees (else as places on a circle)"
            checked={step.as === 'number'}
            onChange={e => onChange({ ...step, as: e.currentTarget.checked ? 'number' : undefined })}
          />
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
    case 'expression':
    case 'indicator':
    case 'drop':
      return null
  }
}

function Keep({
  step,
  onChange,
}: {
  step: Extract<RecipeStepInput, { keep?: boolean }>
  onChange: (step: RecipeStepInput) => void
}) {
  return (
    <Checkbox
      label="Keep the column for later steps"
      checked={step.keep ?? false}
      onChange={e => onChange({ ...step, keep: e.currentTarget.checked || undefined })}
    />
  )
}

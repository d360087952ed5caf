import { Autocomplete, Button, Group, NumberInput, Paper, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Signature, SignatureColumn } from '#server/registry/contract.ts'
import { Facts } from '../ui/facts.tsx'
import { Problem, problemOf } from '../ui/problem.tsx'
import { useTryIt } from './client.ts'
import { exampleRow, formatLatency, formatProbability } from './labels.ts'

type Cell = string | number | boolean | null

/** One request from the browser, its fields made from the model's signature. */
export function TryItForm({
  project,
  endpoint,
  signature,
}: {
  project: string
  endpoint: string
  signature: Signature
}) {
  const [row, setRow] = useState<Record<string, Cell>>(() => exampleRow(signature))
  const tryIt = useTryIt(project, endpoint)
  const details = tryIt.error ? (problemOf(tryIt.error).details ?? []) : []
  const answer = tryIt.data
  const prediction = answer?.predictions[0]
  const probabilities = answer?.probabilities?.[0]
  return (
    <Group align="start" gap="md" wrap="wrap">
      <Paper
        component="form"
        withBorder
        radius="md"
        p="md"
        style={{ flex: '2 1 420px' }}
        onSubmit={event => {
          event.preventDefault()
          tryIt.mutate(row)
        }}
      >
        <div
          style={{
            display: 'grid',
            gridTemplateColumns: 'repeat(auto-fill, minmax(180px, 1fr))',
            gap: 12,
            alignItems: 'end',
          }}
        >
          {signature.columns.map(column => (
            <Field
              key={column.name}
              column={column}
              value={row[column.name] ?? null}
              error={details.find(d => d.column === column.name)}
              onChange={value => setRow({ ...row, [column.name]: value })}
            />
          ))}
        </div>
        <Group mt="md" gap="sm">
          <Button type="submit" loading={tryIt.isPending}>
            Predict
          </Button>
          <Text size="xs" c="dimmed">
            A real request: it is logged like any other.
          </Text>
        </Group>
      </Paper>
      <Paper withBorder radius="md" p="md" style={{ flex: '1 1 260px' }} aria-live="polite">
        {tryIt.error ? <Problem error={tryIt.error} /> : null}
        {answer ? (
          <Stack gap="xs">
            <Text size="xs" c="dimmed">
              {signature.target ?? 'Prediction'}
            </Text>
            <Text fz={28} fw={650} lh={1.1} style={{ fontVariantNumeric: 'tabular-nums' }}>
              {typeof prediction === 'number' ? Number(prediction.toPrecision(6)) : prediction}
            </Text>
            {probabilities ? (
              <Facts
                items={probabilities
                  .map((p, i) => ({ name: answer.classes?.[i] ?? String(i), p }))
                  .sort((a, b) => b.p - a.p)
                  .slice(0, 10)
                  .map(({ name, p }) => ({ name, value: formatProbability(p) }))}
              />
            ) : null}
            <Text size="xs" c="dimmed">
              {answer.model} v{answer.version}, {formatLatency(answer.tookMs)} with the way through the dashboard, id{' '}
              <Text span ff="monospace" inherit>
                {answer.ids[0]}
              </Text>
            </Text>
          </Stack>
        ) : tryIt.error ? null : (
          <Text size="sm" c="dimmed">
            The answer appears here.
          </Text>
        )}
      </Paper>
    </Group>
  )
}

function Field({
  column,
  value,
  error,
  onChange,
}: {
  column: SignatureColumn
  value: Cell
  error?: { expected?: string; got?: string }
  onChange: (value: Cell) => void
}) {
  const words = error ? `Expected ${error.expected}, got ${error.got}` : undefined
  const shared = { label: column.name, error: words, withAsterisk: !column.nullable }
  const { type, domain } = column
  if (type === 'number' || type === 'integer')
    return (
      <NumberInput
        {...shared}
        allowDecimal={type === 'number'}
        description={domain && !Array.isArray(domain) ? `seen ${domain.min} to ${domain.max}` : undefined}
        value={typeof value === 'number' ? value : ''}
        onChange={next => onChange(next === '' ? null : Number(next))}
      />
    )
  if (type === 'boolean')
    return (
      <Select
        {...shared}
        clearable={column.nullable}
        data={['true', 'false']}
        value={value === null ? null : String(value)}
        onChange={next => onChange(next === null ? null : next === 'true')}
      />
    )
  if (Array.isArray(domain))
    return (
      <Autocomplete
        {...shared}
        data={[...new Set(domain)].slice(0, 200)}
        value={String(value ?? '')}
        onChange={next => onChange(next === '' && column.nullable ? null : next)}
      />
    )
  return (
    <TextInput
      {...shared}
      type={type === 'datetime' ? 'datetime-local' : 'text'}
      value={String(value ?? '')}
      onChange={event =>
        onChange(event.currentTarget.value === '' && column.nullable ? null : event.currentTarget.value)
      }
    />
  )
}

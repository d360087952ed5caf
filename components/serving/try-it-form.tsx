import { Button, Group, Paper, Stack, Text } from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Signature } from '#server/registry/contract.ts'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import type { FormValues } from '../ui/schema-form/field.ts'
import { FormContext } from '../ui/schema-form/form-context.ts'
import { SchemaField } from '../ui/schema-form/schema-fields.tsx'
import { fieldErrors } from '../ui/schema-form/server-errors.ts'
import { formatLatency, formatProbability } from './labels.ts'
import { describeError, describeWarning } from './odd-rows.ts'
import { errorsOf, exampleValues, fieldsOfSignature, rowOf, suggestionsOf } from './signature-fields.ts'

type Answer = RouterOutputs['serving']['tryIt']
const CLASSES_SHOWN = 10

/** Sends one request to an endpoint; the inputs follow from the model's signature. */
export function TryItForm({
  project,
  endpoint,
  signature,
}: {
  project: string
  endpoint: string
  signature: Signature
}) {
  const tryIt = useMutation(useTRPC().serving.tryIt.mutationOptions())
  const form: UseFormReturnType<FormValues> = useForm<FormValues>({ initialValues: exampleValues(signature) })
  const fields = useMemo(() => fieldsOfSignature(signature), [signature])
  const options = useMemo(() => suggestionsOf(signature), [signature])
  const { setErrors } = form
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new error sets the messages.
  useEffect(() => setErrors(errorsOf(signature, fieldErrors(tryIt.error))), [tryIt.error])
  return (
    <Group align="start" gap="md" wrap="wrap">
      <Paper
        component="form"
        noValidate
        withBorder
        radius="md"
        p="md"
        style={{ flex: '2 1 420px' }}
        onSubmit={form.onSubmit(values => tryIt.mutate({ project, endpoint, rows: [rowOf(signature, values)] }))}
      >
        <FormContext value={{ form, columns: [], options, disabled: false }}>
          <Inputs fields={fields} />
        </FormContext>
        <Group mt="md" gap="sm">
          <Button type="submit" loading={tryIt.isPending}>
            Predict
          </Button>
          <Text size="xs" c="dimmed">
            Sends a real request, which is logged.
          </Text>
        </Group>
      </Paper>
      <Paper withBorder radius="md" p="md" style={{ flex: '1 1 260px' }} aria-live="polite">
        {tryIt.error ? <Problem error={tryIt.error} /> : null}
        {tryIt.data ? <Prediction target={signature.target ?? 'Prediction'} answer={tryIt.data} /> : null}
        {!tryIt.data && !tryIt.error ? (
          <Text size="sm" c="dimmed">
            The prediction appears here.
          </Text>
        ) : null}
      </Paper>
    </Group>
  )
}

function Inputs({ fields }: { fields: ReturnType<typeof fieldsOfSignature> }) {
  return (
    <div
      style={{
        display: 'grid',
        gridTemplateColumns: 'repeat(auto-fill, minmax(min(180px, 100%), 1fr))',
        gap: 12,
        alignItems: 'end',
      }}
    >
      {fields.map(field => (
        <SchemaField key={field.name} field={field} path={field.name} />
      ))}
    </div>
  )
}

function Prediction({ target, answer }: { target: string; answer: Answer }) {
  const prediction = answer.predictions[0] ?? 'No prediction'
  const probabilities = (answer.probabilities?.[0] ?? [])
    .map((p, i) => ({ name: answer.classes?.[i] ?? String(i), p }))
    .sort((a, b) => b.p - a.p)
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {target}
      </Text>
      <Text fz={28} fw={650} lh={1.1} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {typeof prediction === 'number' ? Number(prediction.toPrecision(6)) : prediction}
      </Text>
      {probabilities.slice(0, CLASSES_SHOWN).map(({ name, p }) => (
        <Group key={name} justify="space-between">
          <Text size="sm">{name}</Text>
          <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
            {formatProbability(p)}
          </Text>
        </Group>
      ))}
      {[...answer.errors.map(describeError), ...answer.warnings.map(describeWarning)].map(line => (
        <Text key={line} size="sm" c={answer.errors.length > 0 ? 'red' : 'orange'}>
          {line}
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        {answer.model} v{answer.version}, {formatLatency(answer.tookMs)} incl. dashboard, id{' '}
        <Text span ff="monospace" inherit>
          {answer.ids[0]}
        </Text>
      </Text>
    </Stack>
  )
}

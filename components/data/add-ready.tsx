import { Alert, Button, Group, Progress, Select, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { SourcePreviewResult } from '#server/data/contract.ts'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { useSourcePreview } from './client.ts'
import { useColumnChanges } from './column-changes.ts'
import { SourcePreview } from './source-preview.tsx'

interface Source {
  name: string
  fileName: string
  digest: string
  append: boolean
}

/** Reviews the parsed upload: target, timestamp column, types and roles. */
export function ReadySource({
  project,
  previewId,
  source,
  disabled,
  onAdded,
}: {
  project: string
  previewId?: string
  source: Source
  disabled: boolean
  onAdded: (ingestionId: string) => void
}) {
  const { data: preview, error } = useSourcePreview(project, previewId)
  if (error) return <Problem error={error} />
  if (preview?.state === 'failed')
    return (
      <Alert color="red" variant="light" title={`${source.fileName} cannot be read.`} role="alert">
        <Text size="sm">{preview.reason}</Text>
      </Alert>
    )
  if (!preview?.result)
    return (
      <Stack gap={4} aria-live="polite">
        <Text size="sm">
          {preview?.state === 'running' ? 'Reading the first rows…' : 'Uploaded. Waiting for a free worker…'}
        </Text>
        <Progress value={100} animated aria-label="Reading the first rows" />
      </Stack>
    )
  return (
    <Decide
      key={preview.id}
      project={project}
      result={preview.result}
      source={source}
      disabled={disabled}
      onAdded={onAdded}
    />
  )
}

function Decide({
  project,
  result,
  source,
  disabled,
  onAdded,
}: {
  project: string
  result: SourcePreviewResult
  source: Source
  disabled: boolean
  onAdded: (ingestionId: string) => void
}) {
  const add = useMutation(useTRPC().data.add.mutationOptions())
  const { changes, change, decisions } = useColumnChanges(result.schema)
  const holder = (role: 'target' | 'time') =>
    result.schema.find(c => (changes[c.name]?.role ?? c.role) === role)?.name ?? null
  const choose = (role: 'target' | 'time') => (name: string | null) => {
    const before = holder(role)
    if (name) change(name, { role })
    else if (before) change(before, { role: 'feature' })
  }
  const names = result.schema.map(c => c.name)
  const submit = () =>
    add.mutate(
      {
        project,
        ...source,
        target: holder('target') ?? undefined,
        columns: decisions.length > 0 ? decisions : undefined,
      },
      { onSuccess: started => onAdded(started.id) },
    )
  return (
    <Stack gap="sm">
      <Group grow align="start">
        <RoleSelect
          label="Target"
          description="Optional; can be set later."
          placeholder="None"
          names={names}
          value={holder('target')}
          onChange={choose('target')}
        />
        <RoleSelect
          label="Timestamp column"
          description="Used for time-based splits."
          placeholder="none"
          names={names}
          value={holder('time')}
          onChange={choose('time')}
        />
      </Group>
      <SourcePreview preview={result} changes={changes} onChange={change} />
      {add.error ? <Problem error={add.error} /> : null}
      <Submit overrides={decisions.length} disabled={disabled} isPending={add.isPending} onSubmit={submit} />
    </Stack>
  )
}

function Submit({
  overrides,
  disabled,
  isPending,
  onSubmit,
}: {
  overrides: number
  disabled: boolean
  isPending: boolean
  onSubmit: () => void
}) {
  return (
    <Group justify="flex-end">
      {overrides > 0 ? (
        <Text size="sm" c="dimmed">
          {formatCount(overrides, 'column override')}; applies to future versions.
        </Text>
      ) : null}
      <Button onClick={onSubmit} loading={isPending} disabled={disabled}>
        Add data
      </Button>
    </Group>
  )
}

function RoleSelect({
  label,
  description,
  placeholder,
  names,
  value,
  onChange,
}: {
  label: string
  description: string
  placeholder: string
  names: string[]
  value: string | null
  onChange: (name: string | null) => void
}) {
  return (
    <Select
      label={label}
      description={description}
      placeholder={placeholder}
      data={names}
      value={value}
      onChange={onChange}
      searchable
      clearable
      limit={100}
    />
  )
}

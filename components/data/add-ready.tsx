import { Alert, Group, Progress, Select, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ColumnDecision, SourcePreviewResult, VersionColumn } from '#server/data/contract.ts'
import type { PreviewComparison } from '#server/data/previews/contract.ts'
import type { ReadingOptions } from '#tables/read/contract.ts'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { useSourcePreview } from './client.ts'
import { type ColumnChange, rereadDecisions, useColumnChanges } from './column-changes.ts'
import { mendsFor } from './reading-form.ts'
import { MendButtons, ReadingSection } from './reading-section.tsx'
import { ReviewBar } from './review-bar.tsx'
import { SourcePreview } from './source-preview.tsx'
import { VersionChanges } from './version-changes.tsx'

interface Source {
  name: string
  fileName: string
  digest: string
  append: boolean
  reading: ReadingOptions
}

/** Reviews the parsed upload: target, timestamp column, types and roles. */
export function ReadySource({
  project,
  version,
  source,
  disabled,
  onReading,
  onAdded,
}: {
  project: string
  /** The newest version of the dataset with this name; absent: a new dataset. */
  version?: number
  source: Source
  disabled: boolean
  onReading: (reading: ReadingOptions) => void
  onAdded: (ingestionId: string) => void
}) {
  const [typing, setTyping] = useState(false)
  const { fileName, digest, name, reading } = source
  const dataset = version === undefined ? undefined : name
  const { data: preview, error } = useSourcePreview(project, { fileName, digest, dataset, reading })
  const [round, setRound] = useState(0)
  const mend = (change: ReadingOptions) => {
    setTyping(false)
    setRound(round + 1)
    onReading({ ...reading, ...change })
  }
  return (
    <Stack gap="sm">
      <ReadingSection
        fileName={fileName}
        reading={reading}
        detected={preview?.result?.detected}
        offer={preview?.offer}
        round={round}
        onChange={onReading}
        onMend={mend}
        onTyping={setTyping}
      />
      <Previewed
        project={project}
        preview={preview}
        error={error}
        source={source}
        disabled={disabled || typing}
        onMend={mend}
        onAdded={onAdded}
      />
    </Stack>
  )
}

/** What the preview found: a failure and what mends it, or the columns to decide about. */
function Previewed({
  project,
  preview,
  error,
  source,
  disabled,
  onMend,
  onAdded,
}: {
  project: string
  preview: ReturnType<typeof useSourcePreview>['data']
  error: unknown
  source: Source
  disabled: boolean
  onMend: (change: ReadingOptions) => void
  onAdded: (ingestionId: string) => void
}) {
  if (error) return <Problem error={error} />
  if (preview?.state === 'failed')
    return (
      <Alert color="red" variant="light" title={`${source.fileName} cannot be read.`} role="alert">
        <Stack gap="xs">
          <Text size="sm">{preview.reason}</Text>
          <MendButtons mends={mendsFor(preview.offer)} onChoose={onMend} />
        </Stack>
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
      comparison={preview.comparison}
      source={source}
      disabled={disabled}
      onAdded={onAdded}
    />
  )
}

/** Roles of the newest version that the file's columns do not have yet, as first changes. */
function keptRoles(schema: readonly VersionColumn[], comparison: PreviewComparison | null) {
  const kept: Record<string, ColumnChange> = {}
  for (const role of ['target', 'time'] as const) {
    const name = comparison?.[role]
    if (name && schema.some(c => c.name === name) && !schema.some(c => c.role === role)) kept[name] = { role }
  }
  return kept
}

const submitLabel = (append: boolean, comparison: PreviewComparison | null, isReadAsBefore: boolean) =>
  comparison === null
    ? 'Add dataset'
    : append
      ? `Append to v${comparison.version}`
      : comparison.sameAs !== null && isReadAsBefore
        ? `Keep v${comparison.sameAs}`
        : `Add version ${comparison.version + 1}`

/** The preview under the formats edited so far; while it is read, the one before it stays. */
function useReread(
  project: string,
  { fileName, digest, name, reading }: Source,
  comparison: PreviewComparison | null,
  decisions: readonly ColumnDecision[],
) {
  const columns = rereadDecisions(decisions)
  const { data, error } = useSourcePreview(project, {
    fileName,
    digest,
    dataset: comparison ? name : undefined,
    reading,
    columns: columns.length > 0 ? columns : undefined,
  })
  const [last, setLast] = useState(data)
  if (data?.result && data.id !== last?.id) setLast(data)
  const problem = data?.state === 'failed' ? (data.reason ?? 'Reading was stopped.') : error ? error.message : null
  return {
    result: last?.result ?? null,
    comparison: last?.comparison ?? null,
    problem,
    isReading: columns.length > 0 && problem === null && !data?.result,
  }
}

function Decide({
  project,
  result,
  comparison: firstComparison,
  source,
  disabled,
  onAdded,
}: {
  project: string
  result: SourcePreviewResult
  comparison: PreviewComparison | null
  source: Source
  disabled: boolean
  onAdded: (ingestionId: string) => void
}) {
  const add = useMutation(useTRPC().data.add.mutationOptions())
  const kept = keptRoles(result.schema, firstComparison)
  const { changes, change, decisions, invalid, mark } = useColumnChanges(result.schema, kept)
  const reread = useReread(project, source, firstComparison, decisions)
  const shown = reread.result ?? result
  const comparison = reread.comparison ?? firstComparison
  const holder = (role: 'target' | 'time') =>
    result.schema.find(c => (changes[c.name]?.role ?? c.role) === role)?.name ?? null
  const choose = (role: 'target' | 'time') => (name: string | null) => {
    const before = holder(role)
    if (name) change(name, { role })
    else if (before) change(before, { role: 'feature' })
  }
  const names = result.schema.map(c => c.name)
  const isReadAsBefore =
    !source.append && Object.keys(source.reading).length === 0 && decisions.every(d => !d.format && !d.type)
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
      {comparison ? <VersionChanges project={project} comparison={comparison} isReadAsBefore={isReadAsBefore} /> : null}
      <Group grow align="start">
        <RoleSelect
          label="Target"
          description={roleDescription('target', comparison, 'Optional; can be set later.')}
          placeholder="None"
          names={names}
          value={holder('target')}
          onChange={choose('target')}
        />
        <RoleSelect
          label="Timestamp column"
          description={roleDescription('time', comparison, 'Used for time-based splits.')}
          placeholder="None"
          names={names}
          value={holder('time')}
          onChange={choose('time')}
        />
      </Group>
      {reread.problem ? (
        <Alert color="red" variant="light" title="The file cannot be read with these formats." role="alert">
          <Text size="sm">{reread.problem}</Text>
        </Alert>
      ) : null}
      <SourcePreview preview={shown} changes={changes} onChange={change} onInvalid={mark} />
      {add.error ? <Problem error={add.error} /> : null}
      <ReviewBar
        note={
          invalid.length > 0
            ? `The format of ${invalid.join(', ')} is not valid.`
            : reread.isReading
              ? 'Reading the first rows again…'
              : decisions.length > 0
                ? `${formatCount(decisions.length, 'column override')}; applies to future versions.`
                : null
        }
        submit={submitLabel(source.append, comparison, isReadAsBefore)}
        disabled={disabled || invalid.length > 0 || reread.isReading || reread.problem !== null}
        isPending={add.isPending}
        onSubmit={submit}
      />
    </Stack>
  )
}

const roleDescription = (role: 'target' | 'time', comparison: PreviewComparison | null, otherwise: string) => {
  const kept = comparison?.[role]
  return kept ? `v${comparison.version} has ${kept}.` : otherwise
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

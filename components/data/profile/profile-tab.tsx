'use client'
import { Alert, Button, Group, List, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import type { ProfileSummary, Severity, ShownWarning } from '#server/data/profile/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { useTRPC } from '../../trpc.ts'
import { formatCount } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { Shown } from '../client.ts'
import { useProfile } from './client.ts'
import { ColumnDetail } from './column-detail.tsx'
import { ColumnTable } from './column-table.tsx'
import { RelationsPanel } from './relations-panel.tsx'

const WARNINGS_AT_ONCE = 8
const SEVERITY: Record<Severity, { word: string; colour: string | undefined }> = {
  high: { word: 'Important', colour: 'var(--mantine-color-error)' },
  medium: { word: 'Look at', colour: undefined },
  low: { word: 'Note', colour: 'dimmed' },
}

/** What to look at before training, every column at a glance, one column in depth, and how columns go together. */
export function ProfileTab({ project, shown }: { project: string; shown: Shown }) {
  const dataset = `${shown.dataset}@${shown.version}`
  const { data, error, refetch } = useProfile(project, dataset)
  const [open, setOpen] = useQueryState('of', parseAsString)
  const trpc = useTRPC()
  const make = useMutation(trpc.data.columns.make.mutationOptions())
  const relate = useMutation(trpc.data.columns.relate.mutationOptions())
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={320} radius="md" aria-label="Loading the profile" />
  if (data.state === 'failed')
    return (
      <NoProfile
        project={project}
        reason={data.reason}
        error={make.error}
        isPending={make.isPending}
        onCompute={() => make.mutate({ project, dataset })}
      />
    )
  if (data.columns.length === 0) return <Computing />
  return (
    <Stack gap="md">
      <Warnings data={data} onOpen={setOpen} />
      <ColumnTable columns={data.columns} rows={data.rows} open={open} onOpen={setOpen} />
      {open !== null ? (
        <ColumnDetail
          key={open}
          project={project}
          dataset={dataset}
          column={open}
          rows={data.rows}
          relations={data.relations}
          onClose={() => setOpen(null)}
        />
      ) : null}
      <RelationsPanel
        data={data}
        onOpen={setOpen}
        action={
          data.relationsStale || data.relationsState === 'failed' ? (
            <Allowed project={project} to="data:write">
              <Button
                size="compact-sm"
                variant="default"
                loading={relate.isPending}
                onClick={() => relate.mutate({ project, dataset })}
              >
                Count again
              </Button>
            </Allowed>
          ) : null
        }
      />
      {relate.error ? <Problem error={relate.error} /> : null}
    </Stack>
  )
}

function Computing() {
  return (
    <Stack gap="xs" aria-live="polite">
      <Text size="sm" c="dimmed">
        Computing the profile…
      </Text>
      <Skeleton height={260} radius="md" />
    </Stack>
  )
}

function NoProfile({
  project,
  reason,
  error,
  isPending,
  onCompute,
}: {
  project: string
  reason: ReactNode
  error: unknown
  isPending: boolean
  onCompute: () => void
}) {
  return (
    <Alert color="red" variant="light" title="No profile of this version" role="alert">
      <Text size="sm">{reason}</Text>
      <Allowed project={project} to="data:write">
        <Button mt="xs" size="compact-sm" variant="default" loading={isPending} onClick={onCompute}>
          Compute profile
        </Button>
      </Allowed>
      {error ? <Problem error={error} /> : null}
    </Alert>
  )
}

/** With fewer rows nothing unusual can be detected. */
const FEW_ROWS = 30

function Warnings({ data, onOpen }: { data: ProfileSummary; onOpen: (column: string) => void }) {
  const [all, { toggle }] = useDisclosure()
  const { warnings, warningCount, duplicateRows } = data
  if (warnings.length === 0)
    return (
      <Panel title={data.rows < FEW_ROWS ? 'Not enough data' : 'No issues found'}>
        <Text size="sm" c="dimmed">
          {data.rows < FEW_ROWS
            ? `${formatCount(data.rows, 'row')}: unusual values and distributions need at least ${FEW_ROWS}.`
            : `Looked for missing, constant, skewed, mixed and leaking columns in ${formatCount(data.columns.length, 'column')}${duplicateRows === 0 ? '; no duplicate rows' : ''}.`}
        </Text>
      </Panel>
    )
  const seen = all ? warnings : warnings.slice(0, WARNINGS_AT_ONCE)
  return (
    <Panel title={formatCount(warningCount, 'issue')} note="most severe first">
      <List listStyleType="none" spacing={6} size="sm">
        {seen.map(w => (
          <List.Item key={`${w.kind} ${w.column} ${w.other ?? ''}`}>
            <Warning warning={w} onOpen={onOpen} />
          </List.Item>
        ))}
      </List>
      {warnings.length > WARNINGS_AT_ONCE ? (
        <Group mt="xs" gap="xs">
          <Button size="compact-sm" variant="default" onClick={toggle} aria-expanded={all}>
            {all ? 'Show fewer' : `Show ${warnings.length - WARNINGS_AT_ONCE} more`}
          </Button>
          {all && warningCount > warnings.length ? (
            <Text size="sm" c="dimmed">
              {formatCount(warningCount - warnings.length, 'minor issue')} listed at the columns.
            </Text>
          ) : null}
        </Group>
      ) : null}
    </Panel>
  )
}

function Warning({ warning: w, onOpen }: { warning: ShownWarning; onOpen: (column: string) => void }) {
  return (
    <Group gap="sm" wrap="nowrap" align="baseline">
      <Text size="xs" fw={600} c={SEVERITY[w.severity].colour} w={66} style={{ flex: 'none' }}>
        {SEVERITY[w.severity].word}
      </Text>
      <Text size="sm" style={{ flex: 1, minWidth: 0 }}>
        {w.sentence}
      </Text>
      {w.column === null ? null : (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          fw={400}
          onClick={() => onOpen(w.column!)}
          aria-label={`Open the column ${w.column}`}
        >
          Open
        </Button>
      )}
    </Group>
  )
}

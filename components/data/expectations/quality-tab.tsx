import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { parseAsInteger, useQueryState } from 'nuqs'
import { isActive } from '#server/kernel/contract.ts'
import { Allowed, useMay } from '../../access/allowed.tsx'
import { useTRPC } from '../../trpc.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { formatCount } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { useDialog } from '../../ui/use-dialog.ts'
import type { Shown } from '../client.ts'
import { type Expectations, type ShownExpectation, useExpectations, useSave, type Validation } from './client.ts'
import { ExpectationDialog } from './expectation-form.tsx'
import { ExpectationTable } from './expectation-table.tsx'
import { HistoryPanel } from './history-panel.tsx'
import { VERDICTS } from './labels.ts'
import { OverrideDialog } from './override-dialog.tsx'
import { SuggestDialog } from './suggest-dialog.tsx'

/** Expectations of a dataset and the results for this version. */
export function QualityTab({ project, shown }: { project: string; shown: Shown }) {
  const dataset = `${shown.dataset}@${shown.version}`
  const { data, error, refetch } = useExpectations(project, dataset)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={320} radius="md" aria-label="Loading the expectations" />
  return <Quality project={project} dataset={dataset} columns={shown.schema.map(c => c.name)} data={data} />
}

function Quality({
  project,
  dataset,
  columns,
  data,
}: {
  project: string
  dataset: string
  columns: string[]
  data: Expectations
}) {
  const [, setVersion] = useQueryState('v', parseAsInteger)
  const shownDialog = useDialog<'suggest' | 'add' | 'override' | ShownExpectation>()
  const dialog = shownDialog.subject
  const may = useMay(project, 'data:write')
  const saving = useSave(project, data)
  const { expectations, validation } = data
  const close = () => {
    saving.reset()
    shownDialog.close()
  }
  const open = (next: NonNullable<typeof dialog>) => {
    saving.reset()
    shownDialog.open(next)
  }
  const edited = typeof dialog === 'object' ? dialog : undefined
  const actions = (
    <Allowed project={project} to="data:write">
      <Group gap="xs">
        <Button variant="default" onClick={() => open('add')}>
          Add expectation
        </Button>
        <Button variant={expectations.length === 0 ? 'filled' : 'default'} onClick={() => open('suggest')}>
          Suggest from profile
        </Button>
      </Group>
    </Allowed>
  )
  return (
    <Stack gap="md">
      {expectations.length === 0 ? (
        <EmptyState title="No expectations" action={actions}>
          Expectations check columns, ranges, sets, uniqueness and freshness of every new version. A version that fails
          a blocking check cannot be trained on.
        </EmptyState>
      ) : (
        <>
          <VerdictPanel
            project={project}
            dataset={dataset}
            suite={data.suite}
            validation={validation}
            onOverride={() => open('override')}
          />
          {saving.error && dialog === undefined ? <Problem error={saving.error} /> : null}
          <ExpectationTable
            title="Expectations"
            note={`revision ${data.suite}`}
            actions={actions}
            expectations={expectations}
            results={validation?.state === 'succeeded' ? validation.results : []}
            may={may}
            onEdit={open}
            onChange={e => saving.save(expectations.map(o => (o.id === e.id ? e : o)))}
            onDelete={e => saving.save(expectations.filter(o => o.id !== e.id))}
          />
        </>
      )}
      {data.history.length > 0 ? <HistoryPanel history={data.history} onChoose={v => setVersion(v)} /> : null}
      <SuggestDialog
        opened={dialog === 'suggest'}
        project={project}
        dataset={dataset}
        saving={saving.isPending}
        error={saving.error}
        onApply={chosen => saving.save([...expectations, ...chosen], close)}
        onClose={close}
      />
      <ExpectationDialog
        opened={dialog === 'add' || edited !== undefined}
        columns={columns}
        edited={edited}
        saving={saving.isPending}
        error={saving.error}
        onSave={e =>
          saving.save(edited ? expectations.map(o => (o.id === edited.id ? e : o)) : [...expectations, e], close)
        }
        onClose={close}
      />
      <OverrideDialog project={project} dataset={dataset} opened={dialog === 'override'} onClose={close} />
    </Stack>
  )
}

function VerdictPanel({
  project,
  dataset,
  suite,
  validation,
  onOverride,
}: {
  project: string
  dataset: string
  suite: number
  validation: Validation | null
  onOverride: () => void
}) {
  const { mutate, isPending, error } = useMutation(useTRPC().data.expectations.validate.mutationOptions())
  const active = isActive(validation?.state)
  const old = validation !== null && validation.suite !== suite
  return (
    <Panel
      title="Verdict"
      note={validation?.at ? <Time at={validation.at} /> : undefined}
      actions={
        <Group gap="xs">
          {validation?.verdict === 'fail' && !validation.override && !old ? (
            <Allowed project={project} to="data:override">
              <Button variant="default" onClick={onOverride}>
                Allow training
              </Button>
            </Allowed>
          ) : null}
          <Allowed project={project} to="data:write">
            <Button variant="default" loading={isPending || active} onClick={() => mutate({ project, dataset })}>
              Check now
            </Button>
          </Allowed>
        </Group>
      }
    >
      <Stack gap="xs" aria-live="polite">
        {error ? <Problem error={error} /> : null}
        <VerdictSummary validation={validation} />
        {old ? (
          <Text size="sm" c="dimmed">
            Checked against revision {validation.suite}; the expectations have changed since.
          </Text>
        ) : null}
        {validation?.override ? (
          <Alert color="yellow" variant="light" title="Training allowed despite failures">
            “{validation.override.reason}” <Time at={validation.override.at} />
          </Alert>
        ) : null}
      </Stack>
    </Panel>
  )
}

function VerdictSummary({ validation }: { validation: Validation | null }) {
  if (!validation) return <Text size="sm">Not checked.</Text>
  if (isActive(validation.state)) return <Text size="sm">Checking…</Text>
  if (validation.state === 'failed')
    return <Problem error={new Error(`Check failed: ${validation.reason ?? 'unknown reason.'}`)} />
  if (!validation.verdict) return null
  const failing = validation.results.filter(r => !r.passed).length
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <StateBadge {...VERDICTS[validation.verdict]} />
      <Text size="sm">
        {validation.sentence}
        {failing > 1 ? ` ${formatCount(failing - 1, 'more failure')} in the table.` : ''}
      </Text>
    </Group>
  )
}

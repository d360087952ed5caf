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
  const shown: ShownDialog = useDialog()
  const may = useMay(project, 'data:write')
  const saving = useSave(project, data)
  const { expectations, validation } = data
  const open = (next: NonNullable<ShownDialog['subject']>) => {
    saving.reset()
    shown.open(next)
  }
  const actions = (
    <Allowed project={project} to="data:write">
      <AddButtons isFirst={expectations.length === 0} onAdd={() => open('add')} onSuggest={() => open('suggest')} />
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
          {saving.error && shown.subject === undefined ? <Problem error={saving.error} /> : null}
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
      <Dialogs project={project} dataset={dataset} columns={columns} data={data} shown={shown} saving={saving} />
    </Stack>
  )
}

function AddButtons({ isFirst, onAdd, onSuggest }: { isFirst: boolean; onAdd: () => void; onSuggest: () => void }) {
  return (
    <Group gap="xs">
      <Button variant="default" onClick={onAdd}>
        Add expectation
      </Button>
      <Button variant={isFirst ? 'filled' : 'default'} onClick={onSuggest}>
        Suggest from profile
      </Button>
    </Group>
  )
}

type ShownDialog = ReturnType<typeof useDialog<'suggest' | 'add' | 'override' | ShownExpectation>>

interface DialogsProps {
  project: string
  dataset: string
  columns: string[]
  data: Expectations
  shown: ShownDialog
  saving: ReturnType<typeof useSave>
}

function Dialogs({ project, dataset, columns, data: { expectations }, shown, saving }: DialogsProps) {
  const dialog = shown.subject
  const edited = typeof dialog === 'object' ? dialog : undefined
  const close = () => {
    saving.reset()
    shown.close()
  }
  const dialogState = { saving: saving.isPending, error: saving.error, onClose: close }
  return (
    <>
      <SuggestDialog
        opened={dialog === 'suggest'}
        project={project}
        dataset={dataset}
        {...dialogState}
        onApply={chosen => saving.save([...expectations, ...chosen], close)}
      />
      <ExpectationDialog
        opened={dialog === 'add' || edited !== undefined}
        columns={columns}
        edited={edited}
        {...dialogState}
        onSave={e =>
          saving.save(edited ? expectations.map(o => (o.id === edited.id ? e : o)) : [...expectations, e], close)
        }
      />
      <OverrideDialog project={project} dataset={dataset} opened={dialog === 'override'} onClose={close} />
    </>
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

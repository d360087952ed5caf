import { Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { DeadLetter } from '#server/orchestration/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import {
  actionColumn,
  type DataColumn,
  dateColumn,
  linkColumn,
  numberColumn,
  textColumn,
} from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { useDialog } from '../ui/use-dialog.ts'

/** Jobs whose retries are used up: each can be sent again, and an event that one of them blocks can be skipped. */
export function DeadLetters({ project, jobs }: { project: string; jobs: DeadLetter[] }) {
  const trpc = useTRPC()
  const dialog = useDialog<DeadLetter>()
  const redrive = useMutation(trpc.orchestration.redrive.mutationOptions())
  const skip = useMutation(trpc.orchestration.skipEvent.mutationOptions({ onSuccess: dialog.close }))
  const columns: DataColumn<DeadLetter>[] = [
    linkColumn(
      'title',
      'Job',
      j => j.title,
      j => paths.job(project, j.id),
    ),
    textColumn('reason', 'Reason', j => j.reason, { wrap: true, minWidth: 200 }),
    numberColumn('attempts', 'Attempts', j => j.attemptsMade),
    dateColumn('at', 'Since', j => j.deadLetteredAt),
    actionColumn(j => (
      <Group gap="xs" justify="flex-end" wrap="nowrap">
        {j.blocksEvent ? (
          <Allowed project={project} to="orchestration:cancel">
            <Button size="compact-xs" variant="default" onClick={() => dialog.open(j)}>
              Skip event
            </Button>
          </Allowed>
        ) : null}
        <Allowed project={project} to="orchestration:redrive">
          <Button
            size="compact-xs"
            variant="default"
            loading={redrive.isPending && redrive.variables.job === j.id}
            onClick={() => redrive.mutate({ project, job: j.id })}
          >
            Redrive
          </Button>
        </Allowed>
      </Group>
    )),
  ]
  return (
    <Panel title="Dead letters" note="jobs whose retries are used up" flush={jobs.length > 0}>
      {redrive.error ? <Problem error={redrive.error} /> : null}
      {jobs.length === 0 ? (
        <Text size="sm" c="dimmed">
          No dead letters. A job appears here when its last attempt failed or its worker was lost; redrive sends it
          again.
        </Text>
      ) : (
        <DataTable id="dead-letters" label="Dead letters" columns={columns} rows={jobs} rowKey={j => j.id} />
      )}
      <ConfirmDialog
        opened={dialog.subject !== undefined}
        title="Skip the event"
        confirm="Skip event"
        isPending={skip.isPending}
        error={skip.error}
        onConfirm={() => dialog.subject && skip.mutate({ project, job: dialog.subject.id })}
        onClose={dialog.close}
      >
        “{dialog.subject?.title}” did not handle its event, and later events of the same subject wait for it. Skip the
        event to deliver the later ones. What this job would have done is not done.
      </ConfirmDialog>
    </Panel>
  )
}

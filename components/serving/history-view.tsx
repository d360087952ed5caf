import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { Allowed } from '../access/allowed.tsx'
import type { RouterOutputs } from '../trpc.ts'
import { actionColumn, type DataColumn, dateColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatDuration } from '../ui/format.ts'
import { InstantField } from '../ui/instant-field.tsx'
import { Problem } from '../ui/problem.tsx'
import { useHistory } from './client.ts'
import { formatTime } from './labels.ts'

/** Every revision, newest first, and the version that was current at a chosen time. */
export function HistoryView({
  project,
  endpoint,
  onRollBack,
}: {
  project: string
  endpoint: string
  onRollBack: (version: number) => void
}) {
  const [at, setAt] = useQueryState('at', parseAsString.withDefault(''))
  const { data, error } = useHistory(project, endpoint, at)
  const inForce = data && !at ? data.items[0] : undefined
  return (
    <Stack gap="sm">
      <Group align="end" gap="sm">
        <InstantField
          label="As of"
          description="In the project’s time zone"
          kind="instant"
          value={at || null}
          onChange={value => setAt(value)}
        />
        {at ? (
          <Button variant="default" onClick={() => setAt(null)}>
            Now
          </Button>
        ) : null}
        {data?.at ? (
          <Text size="sm" pb={8}>
            {data.version === undefined
              ? `No version was current at ${formatTime(data.at)}.`
              : `At ${formatTime(data.at)}: ${data.model} v${data.version}.`}
          </Text>
        ) : null}
      </Group>
      {error ? <Problem error={error} /> : null}
      <DataTable
        id="endpoint-history"
        label="Revisions"
        title="Revisions"
        note="newest first"
        columns={revisionColumns(project, inForce, onRollBack)}
        rows={data?.items ?? []}
        rowKey={item => String(item.revision)}
      />
    </Stack>
  )
}

type Revision = RouterOutputs['serving']['history']['items'][number]

const revisionColumns = (
  project: string,
  inForce: Revision | undefined,
  onRollBack: (version: number) => void,
): DataColumn<Revision>[] => [
  numberColumn('revision', 'Revision', r => r.revision),
  textColumn('version', 'Version', r => `${r.model} v${r.version}`, {
    cell: r => (
      <>
        {r.model} v{r.version}{' '}
        {r === inForce ? (
          <Badge size="xs" variant="light" tt="none">
            current
          </Badge>
        ) : null}
      </>
    ),
  }),
  textColumn('action', 'Action', r => (r.action === 'promote' ? 'promoted' : 'rolled back'), { facet: true }),
  dateColumn('at', 'Time', r => r.at, { exact: true }),
  numberColumn('switch', 'Switch time', r => r.switchedInMs, { format: formatDuration }),
  textColumn('reason', 'Reason', r => r.reason || null, { wrap: true, minWidth: 160 }),
  textColumn('by', 'By', r => r.actorName, { dimmed: true, title: r => r.actor }),
  actionColumn(r =>
    inForce && r.model === inForce.model && r.version !== inForce.version ? (
      <Allowed project={project} to="serving:promote">
        <Button size="compact-sm" variant="default" onClick={() => onRollBack(r.version)}>
          Back to v{r.version}
        </Button>
      </Allowed>
    ) : null,
  ),
]

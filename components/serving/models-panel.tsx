import { Alert, Button, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { EndpointDetail } from '#server/serving/contract.ts'
import type { ShownModel } from '#server/serving/models/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { badgeColumn, bytesColumn, type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { PlainTable } from '../ui/data-table/plain-table.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { memorySentence, modelState } from './model-labels.ts'

interface Row extends ShownModel {
  server: string
}

const APART = 'Code of others runs it, so it has a process of its own with limits of memory and time.'

const COLUMNS: DataColumn<Row>[] = [
  textColumn('model', 'Model version', m => `${m.model} v${m.version}`),
  badgeColumn('state', 'State', m => modelState(m).word, { look: m => modelState(m).look }),
  bytesColumn('memory', 'Memory', m => m.memoryBytes),
  dateColumn('used', 'Last used', m => m.lastUsedAt),
  textColumn('process', 'Runs in', m => (m.isolated ? 'its own process' : 'the server'), {
    title: m => (m.isolated ? APART : undefined),
  }),
  textColumn('server', 'Server', m => m.server),
]

/** The models of an endpoint in each server: memory, last use, and why one gets no requests. */
export function ModelsPanel({ project, data }: { project: string; data: EndpointDetail }) {
  const trpc = useTRPC()
  const client = useQueryClient()
  const retry = useMutation(
    trpc.serving.retry.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.serving.pathKey() }),
    }),
  )
  const rows = data.models.flatMap(({ host, pid, models }) => models.map(m => ({ ...m, server: `${host}:${pid}` })))
  if (rows.length === 0) return null
  const out = rows.filter(row => row.reason !== null)
  return (
    <Panel
      title="Loaded models"
      note={memorySentence([data])}
      actions={
        out.length > 0 ? (
          <Allowed project={project} to="serving:promote">
            <Button
              size="compact-sm"
              variant="default"
              loading={retry.isPending}
              onClick={() => retry.mutate({ project, endpoint: data.endpoint })}
            >
              Try again
            </Button>
          </Allowed>
        ) : null
      }
    >
      <Stack gap="sm">
        {retry.error ? <Problem error={retry.error} /> : null}
        {out.map(row => (
          <Alert
            key={`${row.server} ${row.model} ${row.version}`}
            color="red"
            variant="light"
            role="alert"
            title={`${row.model} v${row.version} is out of traffic: ${row.reason}`}
          >
            Requests are refused until it is tried again or another version is promoted.
          </Alert>
        ))}
        <PlainTable
          label="Models of this endpoint"
          columns={COLUMNS}
          rows={rows}
          rowKey={row => `${row.server} ${row.model} ${row.version}`}
          minWidth={720}
        />
      </Stack>
    </Panel>
  )
}

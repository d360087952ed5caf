import { Code, Skeleton, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'

/** What starts by itself, and when next. */
export function ScheduleTable({ project }: { project: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.orchestration.schedules.queryOptions({ project }))
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={160} radius="md" aria-label="Loading the schedules" />
  if (data.items.length === 0)
    return (
      <EmptyState title="Nothing is scheduled">
        Jobs that repeat, as the regular check of an endpoint, are listed here with the instant of their next start.
      </EmptyState>
    )
  return (
    <Panel flush>
      <Table verticalSpacing={7} miw={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Schedule</Table.Th>
            <Table.Th>Starts</Table.Th>
            <Table.Th>Pattern</Table.Th>
            <Table.Th>Zone</Table.Th>
            <Table.Th>Next</Table.Th>
            <Table.Th>Last</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(s => (
            <Table.Tr key={s.id}>
              <Table.Td>{s.name}</Table.Td>
              <Table.Td>{s.job}</Table.Td>
              <Table.Td>
                <Code>{s.cron}</Code>
              </Table.Td>
              <Table.Td c="dimmed">{s.zone}</Table.Td>
              <Table.Td>{s.enabled ? <Time at={s.nextAt} /> : 'switched off'}</Table.Td>
              <Table.Td>
                <Time at={s.lastAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}

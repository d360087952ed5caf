import { Code } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { QueryState } from '../ui/query-state.tsx'

type Schedule = RouterOutputs['orchestration']['schedules']['items'][number]

const columns: DataColumn<Schedule>[] = [
  textColumn('name', 'Schedule', s => s.name, { strong: true }),
  textColumn('job', 'Job', s => s.job, { facet: true }),
  textColumn('cron', 'Cron', s => s.cron, { cell: s => <Code>{s.cron}</Code> }),
  textColumn('zone', 'Time zone', s => s.zone, { dimmed: true }),
  dateColumn('next', 'Next run', s => (s.enabled ? s.nextAt : null), { none: 'off' }),
  dateColumn('last', 'Last run', s => s.lastAt),
]

/** The schedules of a project with their next run. */
export function ScheduleTable({ project }: { project: string }) {
  const schedules = useQuery(useTRPC().orchestration.schedules.queryOptions({ project }))
  return (
    <QueryState
      query={schedules}
      label="Loading the schedules"
      isEmpty={data => data.items.length === 0}
      empty={
        <EmptyState title="No schedules">
          Repeated jobs, such as the regular check of an endpoint, are listed here with their next run.
        </EmptyState>
      }
    >
      {data => (
        <DataTable
          id="schedules"
          label="Schedules"
          inUrl
          find="Search schedules"
          columns={columns}
          rows={data.items}
          rowKey={s => s.id}
        />
      )}
    </QueryState>
  )
}

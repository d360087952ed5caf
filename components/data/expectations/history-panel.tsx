import { Anchor } from '@mantine/core'
import { badgeColumn, type DataColumn, dateColumn, numberColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import type { Expectations } from './client.ts'
import { VERDICTS } from './labels.ts'

type Check = Expectations['history'][number]

const columnsOf = (onChoose: (version: number) => void): DataColumn<Check>[] => [
  numberColumn('version', 'Version', h => h.version, {
    align: undefined,
    cell: h => (
      <Anchor component="button" type="button" ff="monospace" onClick={() => onChoose(h.version)}>
        v{h.version}
      </Anchor>
    ),
  }),
  badgeColumn('verdict', 'Verdict', h => VERDICTS[h.verdict].label, {
    cell: h => <StateBadge {...VERDICTS[h.verdict]} />,
  }),
  numberColumn('failed', 'Failed', h => h.failed),
  numberColumn('checked', 'Checked', h => h.checked),
  numberColumn('suite', 'Revision', h => h.suite),
  dateColumn('at', 'Time', h => h.at),
]

/** The latest check of each version. */
export function HistoryPanel({ history, onChoose }: { history: Check[]; onChoose: (version: number) => void }) {
  return (
    <DataTable
      id="expectation-history"
      label="Checks by version"
      title="Versions"
      note="latest check of each"
      columns={columnsOf(onChoose)}
      rows={history}
      rowKey={h => String(h.version)}
    />
  )
}

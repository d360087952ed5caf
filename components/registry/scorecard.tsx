import type { VersionSummary } from '#server/registry/contract.ts'
import { metricLabel } from '../training/labels.ts'
import { MeasuredValue } from '../training/measured-value.tsx'
import type { DataColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { measuredOf, metricsOf } from './labels.ts'

const versionColumn = (version: VersionSummary, label: string): DataColumn<string> => ({
  id: `v${version.version}`,
  label,
  value: metric => measuredOf(version, metric).value,
  cell: metric => <MeasuredValue measured={measuredOf(version, metric)} metric={metric} />,
  align: 'right',
  sortable: false,
})

/** Challenger and champion metric by metric, each on its own validation rows: without a verdict. */
export function Scorecard({ champion, challenger }: { champion?: VersionSummary; challenger: VersionSummary }) {
  const columns: DataColumn<string>[] = [
    { id: 'metric', label: 'Metric', value: metricLabel },
    ...(champion ? [versionColumn(champion, `v${champion.version} champion`)] : []),
    versionColumn(challenger, `v${challenger.version}`),
  ]
  return (
    <DataTable
      id="scorecard"
      label="Metrics"
      title={champion ? `v${challenger.version} vs. champion` : `Metrics of v${challenger.version}`}
      note="each on its own validation rows, ± half of the 95 % interval"
      find="Search metrics"
      columns={columns}
      rows={metricsOf(champion ? [challenger, champion] : [challenger])}
      rowKey={metric => metric}
      empty="This version has no metrics."
    />
  )
}

import { Anchor, Text } from '@mantine/core'
import Link from 'next/link'
import type { PreviewComparison, ShownChange } from '#server/data/previews/contract.ts'
import { textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'

/** How a previewed file differs from the newest version of its dataset. */
export function VersionChanges({ project, comparison }: { project: string; comparison: PreviewComparison }) {
  const { dataset, version, rows, comparedRows, complete, changes } = comparison
  const label = `Differences from ${dataset} v${version}`
  const compared = `${complete ? '' : 'the first '}${formatCount(comparedRows, 'row')} compared with ${formatCount(rows, 'row')}`
  const title = (
    <>
      Differences from{' '}
      <Anchor component={Link} href={paths.dataset(project, dataset)} inherit underline="always">
        {dataset} v{version}
      </Anchor>
    </>
  )
  if (changes.length === 0)
    return (
      <Panel title={title} note={compared}>
        <Text size="sm">
          Same columns and types; no new category, range or missing value{' '}
          {complete ? '' : 'in the first rows; the rest is checked when the file is added'}.
        </Text>
      </Panel>
    )
  return (
    <DataTable
      id="version-changes"
      label={label}
      title={title}
      note={`${formatCount(changes.length, 'difference')}; ${compared}`}
      find="Search differences"
      columns={[
        textColumn<ShownChange>('column', 'Column', c => c.column, {
          strong: true,
          maxWidth: 240,
          title: c => c.column,
        }),
        textColumn<ShownChange>('what', 'Difference', c => c.what, { facet: true }),
        textColumn<ShownChange>('before', `v${version}`, c => c.before, { dimmed: true }),
        textColumn<ShownChange>('after', 'This file', c => c.after, { wrap: true, minWidth: 140, maxWidth: 420 }),
      ]}
      rows={changes}
      rowKey={c => `${c.code} ${c.column}`}
    />
  )
}

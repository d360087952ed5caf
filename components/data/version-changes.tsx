import { Anchor, Text } from '@mantine/core'
import Link from 'next/link'
import { describeComparison, type PreviewComparison, type ShownChange } from '#server/data/previews/contract.ts'
import { textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'

/** How a previewed file differs from the newest version of its dataset. */
export function VersionChanges({
  project,
  comparison,
  isReadAsBefore,
}: {
  project: string
  comparison: PreviewComparison
  /** No other options or formats than before: the same bytes make no version. */
  isReadAsBefore: boolean
}) {
  const { dataset, version, changes } = comparison
  const label = `Differences from ${dataset} v${version}`
  const sentence = describeComparison(comparison, isReadAsBefore)
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
      <Panel title={title}>
        <Text size="sm">{sentence}</Text>
      </Panel>
    )
  return (
    <DataTable
      id="version-changes"
      label={label}
      title={title}
      note={`${formatCount(changes.length, 'difference')}; ${sentence}`}
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

import { Anchor, Group, Progress, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import type { ProfileSummary, ShownRelations } from '#server/data/profile/contract.ts'
import { pairAt } from '#tables/profile/contract.ts'
import { HeatMap } from '../../charts/heat-map.tsx'
import { type DataColumn, numberColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { formatCount } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { formatCell } from '../labels.ts'
import { describeBasis, formatMeasure, strengthOf } from './describe-relation.ts'

/** More names than this are unreadable on the axis. */
const MOST_IN_MAP = 40
const MEASURES = ['pearson', 'spearman', 'cramersV'] as const
type Kind = (typeof MEASURES)[number]
const KINDS: Record<Kind, string> = { pearson: 'Pearson', spearman: 'Spearman', cramersV: 'Cramér’s V' }

/** How columns go with the target, and with each other. */
export function RelationsPanel({
  data,
  onOpen,
  action,
}: {
  data: ProfileSummary
  onOpen: (column: string) => void
  action: ReactNode
}) {
  const { relations: r, relationsState, relationsReason, relationsStale } = data
  if (!r)
    return (
      <Panel title="Correlations" actions={action}>
        {relationsState === 'failed' ? (
          <Text size="sm">Correlations failed: {relationsReason}</Text>
        ) : (
          <Stack gap="xs" aria-live="polite">
            <Text size="sm" c="dimmed">
              Computing correlations…
            </Text>
            <Skeleton height={120} radius="md" />
          </Stack>
        )}
      </Panel>
    )
  return (
    <>
      {r.target !== null ? (
        <TargetRelations r={r} stale={relationsStale} onOpen={onOpen} action={action} />
      ) : (
        <Panel title="Relation to the target" actions={action}>
          <Text size="sm" c="dimmed">
            {relationsStale
              ? 'The target has changed. Compute correlations again.'
              : 'No target: choose one on the tab Schema, then count again.'}
          </Text>
        </Panel>
      )}
      <Pairs r={r} />
    </>
  )
}

function TargetRelations({
  r,
  stale,
  onOpen,
  action,
}: {
  r: ShownRelations
  stale: boolean
  onOpen: (column: string) => void
  action: ReactNode
}) {
  return (
    <>
      {stale ? <Text size="sm">The target has changed; these correlations are with {r.target}.</Text> : null}
      <DataTable
        id="target-relations"
        label={`Correlation with ${r.target}`}
        title={`Correlation with ${r.target}`}
        note={describeBasis(r)}
        actions={action}
        find="Search columns"
        columns={relationColumns(onOpen, r.targetRelations)}
        rows={r.targetRelations}
        rowKey={t => t.column}
        empty="No columns to correlate: they must be numeric, times or have few categories."
        footer={
          <Text size="xs" c="dimmed" p="md">
            Strength is explained variance, 0 to 1: the larger of Pearson and Spearman squared, η², or Cramér’s V
            squared (bias-corrected). Correlation does not imply causation.
          </Text>
        }
      />
    </>
  )
}

type TargetRelation = ShownRelations['targetRelations'][number]

/** Without the columns that are empty for this target: ranks and directions exist between numbers only. */
const relationColumns = (
  onOpen: (column: string) => void,
  rows: readonly TargetRelation[],
): DataColumn<TargetRelation>[] =>
  allRelationColumns(onOpen).filter(
    c =>
      (c.id !== 'spearman' || rows.some(t => t.spearman !== null)) &&
      (c.id !== 'direction' || rows.some(t => t.direction !== null)),
  )

const allRelationColumns = (onOpen: (column: string) => void): DataColumn<TargetRelation>[] => [
  textColumn('column', 'Column', t => t.column, {
    maxWidth: 240,
    cell: t => (
      <Anchor component="button" type="button" size="sm" onClick={() => onOpen(t.column)}>
        {t.column}
      </Anchor>
    ),
  }),
  numberColumn('strength', 'Strength', strengthOf, {
    align: undefined,
    minWidth: 110,
    cell: t => <StrengthBar value={strengthOf(t)} />,
  }),
  textColumn('measure', 'Measure', formatMeasure, { sortable: false }),
  numberColumn('spearman', 'Spearman', t => t.spearman, {
    cell: t => (t.spearman === null ? '' : formatCell(t.spearman)),
  }),
  numberColumn('information', 'Mutual information', t => t.mutualInformation, { format: formatCell }),
  textColumn(
    'direction',
    'Direction',
    t => (t.direction === null ? null : t.direction === 'up' ? 'increasing' : 'decreasing'),
    { dimmed: true, facet: true },
  ),
]

function StrengthBar({ value }: { value: number }) {
  return (
    <Group gap={8} wrap="nowrap">
      <Progress value={100 * Math.min(1, value)} size={8} w={70} aria-hidden />
      <Text size="sm">{formatCell(value)}</Text>
    </Group>
  )
}

function Pairs({ r }: { r: ShownRelations }) {
  const kinds = MEASURES.filter(k => (k === 'cramersV' ? r.groups : r.numbers).length > 1)
  const [chosen, setKind] = useQueryState('measure', parseAsStringLiteral(MEASURES).withDefault('pearson'))
  const kind = kinds.includes(chosen) ? chosen : kinds[0]
  if (!kind)
    return (
      <Panel title="Correlation matrix">
        <Text size="sm" c="dimmed">
          Fewer than two comparable columns.
        </Text>
      </Panel>
    )
  const all = kind === 'cramersV' ? r.groups : r.numbers
  const names = all.slice(0, MOST_IN_MAP)
  const value = (i: number, j: number) => (i === j ? 1 : (r[kind][pairAt(i, j, all.length)] ?? null))
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b, k) => ({ a, b, value: value(i, i + 1 + k) ?? 0 })))
  const strongest = [...pairs].sort((x, y) => Math.abs(y.value) - Math.abs(x.value))[0]
  const hidden = all.length - names.length + r.leftOut
  return (
    <Panel>
      <HeatMap
        title="Correlation matrix"
        note={describeBasis(r)}
        rows={names}
        columns={names}
        cells={names.map((a, i) =>
          names.map((b, j) => {
            const v = value(i, j)
            return {
              value: v,
              flagged: i !== j && Math.abs(v ?? 0) >= 0.95,
              title: `${a}, ${b}: ${v === null ? 'no common rows or no spread' : formatCell(v)}`,
            }
          }),
        )}
        format={v => v.toFixed(2).replace('-', '−')}
        summary={
          `${KINDS[kind]}: stronger color means higher correlation; a dot marks 0.95 and above.` +
          (strongest ? ` Highest: ${strongest.a} and ${strongest.b}, ${formatCell(strongest.value)}.` : '') +
          (hidden > 0
            ? ` ${formatCount(hidden, 'column')} not shown: the map has ${r.target === null ? 'the first' : 'those most related to the target'}.`
            : '')
        }
        actions={
          kinds.length > 1 ? (
            <SegmentedControl
              size="xs"
              aria-label="Measure"
              data={kinds.map(k => ({ value: k, label: KINDS[k] }))}
              value={kind}
              onChange={v => setKind(v as Kind)}
            />
          ) : null
        }
      />
    </Panel>
  )
}

import { Anchor, Group, SegmentedControl, Skeleton, Stack, Table, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { type ProfileSummary, pairAt, type Relations } from '#server/data/profile/contract.ts'
import { HeatMap } from '../../charts/heat-map.tsx'
import { Panel } from '../../ui/panel.tsx'
import { formatCell, formatCount } from '../labels.ts'
import { describeBasis, formatMeasure, strengthOf } from './describe-relation.ts'

const LINES = 15
/** More names than this cannot be read beside a map. */
const MOST_IN_MAP = 40
type Kind = 'pearson' | 'spearman' | 'cramersV'
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
      <Panel title="How columns go together" actions={action}>
        {relationsState === 'failed' ? (
          <Text size="sm">It could not be counted: {relationsReason}</Text>
        ) : (
          <Stack gap="xs" aria-live="polite">
            <Text size="sm" c="dimmed">
              Correlations are being counted; they appear here by themselves.
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
              ? 'A target was chosen since the columns were related. Count again to see how they go with it.'
              : 'No column is the target yet: choose one on the tab Schema, then count again.'}
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
  r: Relations
  stale: boolean
  onOpen: (column: string) => void
  action: ReactNode
}) {
  const shown = r.targetRelations.slice(0, LINES)
  return (
    <Panel flush title={`Relation to ${r.target}`} note={describeBasis(r)} actions={action}>
      {stale ? (
        <Text size="sm" px="md" pb="xs">
          The target has changed since; these are relations to {r.target}.
        </Text>
      ) : null}
      {shown.length === 0 ? (
        <Text size="sm" c="dimmed" p="md">
          No column can be related to it: it needs numbers, times, or words with few levels.
        </Text>
      ) : (
        <Table verticalSpacing={6} style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              {['Column', 'Strength', 'Measure', 'Spearman', 'Mutual information', 'Direction'].map(h => (
                <Table.Th key={h} c="dimmed" fw={500} fz={12}>
                  {h}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(t => (
              <Table.Tr key={t.column}>
                <Table.Td maw={240} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
                  <Anchor component="button" type="button" size="sm" onClick={() => onOpen(t.column)}>
                    {t.column}
                  </Anchor>
                </Table.Td>
                <Table.Td miw={110}>
                  <Group gap={8} wrap="nowrap">
                    <div
                      aria-hidden
                      style={{
                        width: 70,
                        height: 8,
                        borderRadius: 4,
                        background: 'var(--mantine-color-default-hover)',
                      }}
                    >
                      <div
                        style={{
                          width: `${100 * Math.min(1, strengthOf(t))}%`,
                          height: 8,
                          borderRadius: 4,
                          background: 'var(--mantine-primary-color-filled)',
                        }}
                      />
                    </div>
                    <Text size="sm">{formatCell(strengthOf(t))}</Text>
                  </Group>
                </Table.Td>
                <Table.Td>{formatMeasure(t)}</Table.Td>
                <Table.Td>{t.spearman === null ? '' : formatCell(t.spearman)}</Table.Td>
                <Table.Td>{formatCell(t.mutualInformation)}</Table.Td>
                <Table.Td c="dimmed">
                  {t.direction === null ? '' : t.direction === 'up' ? 'rises with it' : 'falls as it rises'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Text size="xs" c="dimmed" p="md">
        Strength is a share of variance, 0 to 1: the larger of Pearson and Spearman squared, η², or Cramér’s V squared
        (bias-corrected). It shows what goes together, not what causes what.
        {r.targetRelations.length > LINES
          ? ` ${formatCount(r.targetRelations.length - LINES, 'weaker column')} not shown; open a column to see its own.`
          : ''}
      </Text>
    </Panel>
  )
}

function Pairs({ r }: { r: Relations }) {
  const kinds = (['pearson', 'spearman', 'cramersV'] as const).filter(
    k => (k === 'cramersV' ? r.groups : r.numbers).length > 1,
  )
  const [chosen, setKind] = useState<Kind>('pearson')
  const kind = kinds.includes(chosen) ? chosen : kinds[0]
  if (!kind)
    return (
      <Panel title="Pairs of columns">
        <Text size="sm" c="dimmed">
          There are no two columns of numbers, nor two of words with few levels, to be compared.
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
        title="Pairs of columns"
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
          `${KINDS[kind]}: the stronger the colour, the closer two columns go together; a dot marks 0.95 and more.` +
          (strongest ? ` The closest are ${strongest.a} and ${strongest.b} with ${formatCell(strongest.value)}.` : '') +
          (hidden > 0
            ? ` ${formatCount(hidden, 'column')} not shown: the map has ${r.target === null ? 'the first' : 'those that tell most about the target'}.`
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

import { Anchor, Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import Link from 'next/link'
import type { PairedComparison, Versus } from '#server/training/comparison/contract.ts'
import type { Comparison, Measured, RunSummary } from '#server/training/contract.ts'
import type { DataColumn } from '../ui/data-table/columns.tsx'
import { PlainTable } from '../ui/data-table/plain-table.tsx'
import { formatCount, formatDuration } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import {
  directionOf,
  formatTrainTime,
  formatValue,
  formatVersus,
  metricLabel,
  runPhases,
  settingName,
} from './labels.ts'
import { MeasuredValue } from './measured-value.tsx'
import { PairedVerdict } from './paired-verdict.tsx'

/** One line of the table: a metric with its values, or a setting as text; one entry per run. */
type Line = { id: string; label: string; isMain?: boolean } & ({ measured: Measured[] } | { texts: string[] })

interface Props {
  project: string
  comparison: Comparison
  labels: string[]
  /** Of every metric, by run; absent until read. */
  intervals: (Record<string, Measured> | undefined)[]
}

/** Metrics and settings by run; equal ones are hidden until requested. */
export function ComparisonTable({ project, comparison, labels, intervals }: Props) {
  const [all, { toggle }] = useDisclosure()
  const { runs, same } = comparison
  const trainersDiffer = runs.some(run => run.trainer !== runs[0]!.trainer)
  const hidden = same.params.length + same.metrics.length + (trainersDiffer ? 0 : 1)
  const columns: DataColumn<Line>[] = [
    { id: 'name', label: 'Name', hideLabel: true, cell: line => <LineName line={line} />, dimmed: true },
    ...runs.map(
      (run, i): DataColumn<Line> => ({
        id: run.run,
        label: labels[i]!,
        header: (
          <Anchor component={Link} href={paths.run(project, run.run)} ff="monospace" fz={12} fw={600}>
            {labels[i]}
          </Anchor>
        ),
        align: 'right',
        cell: line => <LineCell line={line} index={i} paired={comparison.paired[i] ?? null} />,
      }),
    ),
  ]
  return (
    <>
      <PlainTable
        label="Metrics and settings"
        columns={columns}
        rows={linesOf(comparison, intervals, all)}
        rowKey={line => line.id}
        minWidth={100 + 118 * runs.length}
        pinned="always"
      />
      {hidden > 0 ? (
        <Text size="sm" c="dimmed" px="md" py={8} component="div">
          {all ? 'All rows are shown.' : `${formatCount(hidden, 'row')} equal in all runs.`}{' '}
          <Button size="compact-xs" variant="subtle" onClick={toggle}>
            {all ? 'Show only differences' : 'Show all rows'}
          </Button>
        </Text>
      ) : null}
    </>
  )
}

function linesOf(
  { runs, metric, params, metrics, same }: Comparison,
  intervals: Props['intervals'],
  all: boolean,
): Line[] {
  const metricNames = Object.keys(metrics).filter(name => name !== metric && (all || !same.metrics.includes(name)))
  const settingNames = Object.keys(params).filter(name => all || !same.params.includes(name))
  const measured = (name: string) =>
    runs.map(
      (run, i) =>
        (name === metric ? run.measured : null) ??
        intervals[i]?.[name] ?? { value: metrics[name]?.[i] ?? null, low: null, high: null },
    )
  const trainersDiffer = runs.some(run => run.trainer !== runs[0]!.trainer)
  return [
    ...[...(metric ? [metric] : []), ...metricNames].map(name => ({
      id: `metric ${name}`,
      label: metricLabel(name),
      isMain: name === metric,
      measured: measured(name),
    })),
    ...(all || trainersDiffer ? [{ id: 'trainer', label: 'trainer', texts: runs.map(run => run.trainer) }] : []),
    ...settingNames.map(name => ({
      id: `setting ${name}`,
      label: settingName(name),
      texts: params[name]!.map((value, i) =>
        value === null || value === undefined ? '–' : (runs[i]!.paramLabels[name] ?? formatValue(value)),
      ),
    })),
    { id: 'duration', label: 'training time', texts: runs.map(formatTrainTime) },
    { id: 'waiting', label: 'waiting', texts: runs.map(run => phaseText(run, 'waiting')) },
    { id: 'state', label: 'state', texts: runs.map(run => run.status) },
  ]
}

function phaseText(run: RunSummary, name: string): string {
  const phase = runPhases(run).find(p => p.name === name)
  return phase ? formatDuration(phase.ms) : '–'
}

const LineName = ({ line }: { line: Line }) => (line.isMain ? <strong>{line.label}</strong> : line.label)

/** The metric against the first run on the same rows; undefined for a metric that the engine does not measure. */
function versusOf({ code, metrics }: PairedComparison, name: string): Versus | undefined {
  if (code === null) return metrics.find(m => m.name === name)
  if (directionOf(name) === null) return undefined
  return { verdict: 'unknown', code, difference: null, differenceLow: null, differenceHigh: null, p: null }
}

function LineCell({ line, index, paired }: { line: Line; index: number; paired: PairedComparison | null }) {
  if (!('measured' in line)) return <>{line.texts[index]}</>
  const name = line.id.slice('metric '.length)
  const versus = paired && versusOf(paired, name)
  return (
    <>
      <MeasuredValue measured={line.measured[index]} metric={name} strong={line.isMain} />
      {versus ? (
        <Text size="xs" c="dimmed" component="div" title={formatVersus(versus, name).interval ?? undefined}>
          {versus.difference === null ? null : formatVersus(versus, name).difference}{' '}
          {versus.difference === 0 ? null : <PairedVerdict versus={versus} />}
        </Text>
      ) : null}
    </>
  )
}

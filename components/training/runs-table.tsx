import { Progress, Text } from '@mantine/core'
import { useMemo } from 'react'
import { notComparedMessage } from '#server/training/comparison/contract.ts'
import type { ExperimentDetail, RunSummary } from '#server/training/contract.ts'
import { MAX_COMPARED } from '#server/training/states/contract.ts'
import { type DataColumn, dateColumn, linkColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import { StateBadge } from '../ui/state-badge.tsx'
import { OneClassBadge } from './class-warnings.tsx'
import { intervalScale } from './filter-runs.ts'
import { IntervalDot } from './interval-dot.tsx'
import {
  directionLabel,
  formatMeasured,
  formatParameters,
  formatRunCounts,
  formatTrainTime,
  formatValue,
  formatVersus,
  metricLabel,
  runStateLabel,
  settingName,
  tookMs,
  varyingSettings,
} from './labels.ts'
import { MeasuredValue } from './measured-value.tsx'

/** Runs as rows; the best run's interval crosses all of them as a band. Ties are decided on the same rows, not by overlap. */
export function RunsTable({
  project,
  experiment,
  chosen,
  onChoose,
}: {
  project: string
  experiment: ExperimentDetail
  chosen: string[]
  onChoose: (runs: string[]) => void
}) {
  const columns = useMemo(() => runColumns(project, experiment), [project, experiment])
  const selected = useMemo(() => new Set(chosen), [chosen])
  return (
    <DataTable
      id="runs"
      label="Runs"
      title="Runs"
      note={`${formatCount(experiment.items.length, 'run')}: ${formatRunCounts(experiment.runs)}.`}
      inUrl
      find="Find runs"
      searchText={run => `#${run.number} ${run.name} ${formatParameters(run)} ${run.reason ?? ''}`}
      defaultSort={experiment.direction === 'maximize' ? '-measured' : 'measured'}
      columns={columns}
      rows={experiment.items}
      rowKey={run => run.run}
      selection={{
        label: run => `Compare run ${run.number}`,
        selected,
        onSelect: runs => onChoose(runs.slice(-MAX_COMPARED)),
      }}
    />
  )
}

function runColumns(project: string, { items, metric, direction }: ExperimentDetail): DataColumn<RunSummary>[] {
  const varying = varyingSettings(items)
  const metricName = metric ? `${metricLabel(metric)}${direction ? `, ${directionLabel(direction)}` : ''}` : 'Result'
  return [
    linkColumn(
      'run',
      'Run',
      run => `#${run.number}`,
      run => paths.run(project, run.run),
      { mono: true, title: run => run.name },
    ),
    textColumn('trainer', 'Trainer', run => run.trainer, {
      facet: true,
      cell: run => (
        <>
          {run.trainer} <OneClassBadge warnings={run.classWarnings} />
        </>
      ),
    }),
    textColumn('settings', 'Settings', run => formatParameters(run, varying.get(run.trainer)) || null, {
      wide: true,
      dimmed: true,
      maxWidth: 140,
      title: run => formatParameters(run),
    }),
    numberColumn('measured', metricName, run => run.measured?.value, {
      descendingFirst: direction === 'maximize',
      cell: run => <MeasuredValue measured={run.measured} metric={metric} strong={run.best} />,
    }),
    intervalColumn(items, metric),
    numberColumn('time', 'Training time', run => run.trainMs ?? tookMs(run), { dimmed: true, cell: formatTrainTime }),
    textColumn('state', 'State', run => run.status, { facet: true, cell: run => <StateCell run={run} /> }),
    dateColumn('created', 'Created', run => run.createdAt, { optional: true }),
    textColumn('name', 'Name', run => run.name, { optional: true }),
    numberColumn('seed', 'Seed', run => run.seed, { optional: true }),
    ...metricColumns(items, metric),
    ...settingColumns(varying),
  ]
}

/** Further metrics, to be picked. */
function metricColumns(items: RunSummary[], main: string | null): DataColumn<RunSummary>[] {
  const names = new Set(items.flatMap(run => Object.keys(run.metrics)))
  return [...names]
    .filter(name => name !== main)
    .map(name => numberColumn(`metric-${name}`, metricLabel(name), run => run.metrics[name], { optional: true }))
}

/** Settings that differ between runs, to be picked. */
function settingColumns(varying: Map<string, Set<string>>): DataColumn<RunSummary>[] {
  const names = new Set([...varying.values()].flatMap(set => [...set]))
  return [...names].map(name => ({
    id: `setting-${name}`,
    label: settingName(name),
    align: 'right' as const,
    optional: true,
    value: run => {
      const value = run.paramLabels[name] ?? run.params[name]
      return value === undefined || value === null ? null : typeof value === 'number' ? value : formatValue(value)
    },
  }))
}

/** `+0.9 (0.6 to 1.2) from the best` */
function versusTitle({ versusBest }: RunSummary, metric: string | null): string | undefined {
  if (!versusBest || metric === null) return undefined
  const { difference, interval } = formatVersus(versusBest, metric)
  return `${difference}${interval ? ` (${interval})` : ''} from the best on the same rows`
}

function intervalColumn(items: RunSummary[], metric: string | null): DataColumn<RunSummary> {
  const scale = intervalScale(items)
  const best = items.find(run => run.best)?.measured
  const { place } = scale
  const band = best?.low != null && best.high != null ? { low: place(best.low), high: place(best.high) } : undefined
  return {
    id: 'interval',
    label: scale.log ? '95 %, log scale' : '95 % interval',
    cell: run => {
      if (run.measured?.value == null) return null
      const { value, low, high } = run.measured
      const { value: text, half } = formatMeasured(run.measured, metric)
      const rank = run.best ? 'best' : run.tied ? 'tied' : ''
      const why = run.versusBest?.code ? notComparedMessage(run.versusBest.code) : undefined
      return (
        <div style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
          <IntervalDot
            value={place(value)}
            low={place(low ?? value)}
            high={place(high ?? value)}
            min={scale.min}
            max={scale.max}
            width={80}
            band={band}
            marked={run.best || run.tied}
            label={`${text}${half ? ` ± ${half}` : ''}${run.best ? ', the best' : run.tied ? ', tied with the best' : ''}`}
          />
          <Text
            span
            fz={12}
            w={28}
            fw={run.best ? 600 : 400}
            c={rank ? 'var(--mantine-primary-color-filled)' : 'dimmed'}
            title={why ?? versusTitle(run, metric)}
          >
            {rank || (why ? '?' : '')}
          </Text>
        </div>
      )
    },
  }
}

function StateCell({ run }: { run: RunSummary }) {
  if (run.status === 'succeeded')
    return (
      <Text span size="sm" c="dimmed">
        succeeded
      </Text>
    )
  return (
    <div title={run.reason ?? run.progress?.note ?? undefined}>
      <StateBadge state={run.status} label={runStateLabel(run)} />
      {run.status === 'running' && run.progress ? (
        <Progress
          value={100 * run.progress.done}
          size={2}
          mt={2}
          w={96}
          aria-label={`Run ${run.number}: ${runStateLabel(run)}`}
        />
      ) : null}
    </div>
  )
}

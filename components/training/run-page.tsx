'use client'
import { Alert, Anchor, Button, Group, List, Progress, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { isActive } from '#server/kernel/contract.ts'
import type { RunDetail } from '#server/training/contract.ts'
import { RUN_ACTIONS } from '#server/training/states/contract.ts'
import { useMay } from '../access/allowed.tsx'
import { colorsOfNumbers } from '../charts/colors.ts'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Facts } from '../ui/facts.tsx'
import { FollowedLog } from '../ui/followed-log.tsx'
import { formatBytes, formatCount, formatDuration } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { CurvesPanel } from './curves-panel.tsx'
import { EvaluationCurves } from './evaluation-curves.tsx'
import { ExplanationPanel } from './explanation-panel.tsx'
import { formatRunDuration, formatValue, metricLabel, runSentence, runStateLabel, settingName } from './labels.ts'
import { MetricsTable } from './metrics-table.tsx'
import classes from './run-page.module.css'
import { NotesPanel, TriedPanel } from './tried-panel.tsx'

const RECIPE_SHOWN = 8
// The form and its checks load when the dialog opens.
const RegisterDialog = dynamic(() => import('./register-dialog.tsx').then(m => m.RegisterDialog), { ssr: false })

/** One run: result, curves and everything needed to reproduce it. */
export function RunPage({ project, run: ref }: { project: string; run: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const poll = usePolling()
  const { data, error, refetch } = useQuery({
    ...trpc.training.run.queryOptions({ project, run: ref }),
    refetchInterval: query => poll(isActive(query.state.data?.status)),
  })
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data)
    return (
      <Stack gap="md">
        <PageHeader title="Run" sentence=" " />
        <Skeleton height={360} radius="md" aria-label="Loading the run" />
      </Stack>
    )
  const active = isActive(data.status)
  return (
    <Stack gap="md">
      <PageHeader
        title={
          <Group gap="xs" component="span" display="inline-flex">
            <span>
              #{data.number} {data.trainer}
            </span>
            <StateBadge state={data.status} label={runStateLabel(data)} />
          </Group>
        }
        sentence={
          <>
            {runSentence(data)} In{' '}
            <Anchor component={Link} href={paths.experiment(project, data.experiment)} size="sm">
              {data.experiment}
            </Anchor>
            .
          </>
        }
        actions={<Actions project={project} run={data} />}
      />
      <StatePanel run={data} />
      {data.dataOverride ? (
        <Alert color="yellow" variant="light" title="Trained on data that fails a blocking expectation.">
          “{data.dataOverride.reason}” <Time at={data.dataOverride.at} />
        </Alert>
      ) : null}
      <div className={classes.areas}>
        <Stack gap="md" className={classes.main}>
          {data.series.length > 0 || active ? (
            <CurvesPanel
              project={project}
              runs={[{ run: data.run, label: `#${data.number}`, color: colorsOfNumbers([data.number])[0] }]}
              live={active}
              metric={data.metric}
            />
          ) : null}
          <TriedPanel run={data} />
          {data.explanation ? (
            <ExplanationPanel explanation={data.explanation} classes={data.task !== 'regression'} />
          ) : null}
          {data.curves ? <EvaluationCurves curves={data.curves} /> : null}
          <FollowedLog
            label="Log of the run"
            queryKey={trpc.training.log.queryKey({ project, run: data.run })}
            read={after => client.training.log.query({ project, run: data.run, after })}
            active={active}
          />
        </Stack>
        <div className={classes.metrics}>
          <MetricsTable run={data} />
        </div>
        <Stack gap="md" className={classes.facts}>
          <NotesPanel notes={data.notes} />
          <Settings run={data} />
          <Origin project={project} run={data} />
          <Recipe steps={data.recipe} name={data.recipeName} />
          <Environment run={data} />
        </Stack>
      </div>
    </Stack>
  )
}

function StatePanel({ run }: { run: RunDetail }) {
  if (run.status === 'failed')
    return (
      <Alert color="red" variant="light" title={run.reason ?? 'The run failed.'} role="alert">
        {run.reasonCode ? `Reason: ${run.reasonCode}. ` : ''}See the log below.
      </Alert>
    )
  if (run.status === 'cancelled')
    return <Alert color="gray" variant="light" title={run.reason ?? 'The run was cancelled.'} />
  if (run.status === 'queued')
    return (
      <EmptyState title="Waiting for a free worker">
        It starts when a worker is free; this page updates automatically.
      </EmptyState>
    )
  if (run.status !== 'running') return null
  const { done = 0, note, etaSeconds } = run.progress ?? {}
  return (
    <Panel>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          {note ?? 'Training'}
        </Text>
        <Text size="sm" c="dimmed">
          {Math.round(100 * done)} %
          {etaSeconds === undefined ? '' : `, about ${formatDuration(1000 * etaSeconds)} left`}
        </Text>
      </Group>
      <Progress value={100 * done} size="sm" aria-label={`Progress of run ${run.number}`} />
    </Panel>
  )
}

function Actions({ project, run }: { project: string; run: RunDetail }) {
  const trpc = useTRPC()
  const [registering, register] = useDisclosure()
  const mayTrain = useMay(project, 'training:write')
  const cancel = useMutation(trpc.training.cancel.mutationOptions())
  const allowed: readonly string[] = RUN_ACTIONS[run.status]
  return (
    <>
      {cancel.error ? <Problem error={cancel.error} /> : null}
      {mayTrain && allowed.includes('cancel') ? (
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate({ project, run: run.run })}>
          Cancel
        </Button>
      ) : null}
      {mayTrain && allowed.includes('clone') && run.dataset && run.target ? (
        <Button
          component={Link}
          variant="default"
          href={paths.newExperiment(project, {
            data: `${run.dataset}@${run.version}`,
            target: run.target,
            name: run.experiment,
            trainers: [run.trainer],
            seed: run.seed,
          })}
        >
          Clone
        </Button>
      ) : null}
      {mayTrain && allowed.includes('evaluate') ? (
        <Button component={Link} variant="default" href={paths.evaluations(project, { run: run.run })}>
          Evaluate
        </Button>
      ) : null}
      {mayTrain && allowed.includes('register') && run.digest ? (
        <Button onClick={register.open}>Register</Button>
      ) : null}
      {registering ? (
        <RegisterDialog project={project} run={run} suggested={run.experiment} opened onClose={register.close} />
      ) : null}
    </>
  )
}

function Settings({ run }: { run: RunDetail }) {
  const { classWeights, calibration, threshold } = run.decisions
  const decided = [
    ...(classWeights ? [{ name: 'classes', value: 'weighed equally' }] : []),
    ...(calibration ? [{ name: 'probabilities', value: `calibrated (${calibration})` }] : []),
    ...(threshold
      ? [
          {
            name: 'threshold',
            value:
              typeof threshold === 'string'
                ? metricLabel(threshold)
                : `costs ${threshold.falseAlarm} (false alarm) and ${threshold.miss} (miss)`,
          },
        ]
      : []),
  ]
  const names = Object.keys(run.params)
  return (
    <Panel title="Settings" note={`seed ${run.seed}`}>
      {names.length + decided.length === 0 ? (
        <Text size="sm" c="dimmed">
          The trainer’s own defaults.
        </Text>
      ) : (
        <Facts
          items={[
            ...names.map(name => ({ name: settingName(name), value: formatValue(run.params[name]) })),
            ...decided,
          ]}
        />
      )}
    </Panel>
  )
}

function Origin({ project, run }: { project: string; run: RunDetail }) {
  const { dataset, version, target, rowsTrain, rowsValidation } = run
  return (
    <Panel title="Data">
      <Facts
        items={[
          {
            name: 'dataset',
            value: dataset ? (
              <Anchor component={Link} href={paths.dataset(project, dataset, { v: version })} size="sm">
                {dataset} v{version}
              </Anchor>
            ) : (
              'logged by an external process'
            ),
          },
          { name: 'target', value: target ?? '–' },
          ...(rowsTrain === null
            ? []
            : [
                { name: 'learnt from', value: formatCount(rowsTrain, 'row') },
                { name: 'measured on', value: formatCount(rowsValidation ?? 0, 'row') },
              ]),
        ]}
      />
    </Panel>
  )
}

function Recipe({ steps, name }: { steps: string[]; name: string | null }) {
  const [all, { toggle }] = useDisclosure()
  if (steps.length === 0) return null
  const shown = all ? steps : steps.slice(0, RECIPE_SHOWN)
  return (
    <Panel
      title="Recipe"
      note={name === null ? 'preprocessing' : `${name.replace('@', ' v')}, then default preprocessing`}
    >
      <List type="ordered" size="sm" spacing={3} c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {shown.map(step => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
      {steps.length > RECIPE_SHOWN ? (
        <Button size="compact-xs" variant="subtle" mt={6} onClick={toggle}>
          {all ? 'Show fewer' : `Show all ${steps.length}`}
        </Button>
      ) : null}
    </Panel>
  )
}

function Environment({ run }: { run: RunDetail }) {
  const entries = Object.entries(run.environment ?? {})
  return (
    <Panel title="Model and machine">
      <Facts
        items={[
          {
            name: 'model',
            value: run.digest ? (
              <Text span ff="monospace" fz={12} title={`SHA-256 ${run.digest}`}>
                {run.digest.slice(0, 16)}…
              </Text>
            ) : (
              'none yet'
            ),
          },
          ...(run.modelBytes === null ? [] : [{ name: 'size', value: formatBytes(run.modelBytes) }]),
          { name: 'took', value: formatRunDuration(run) },
          ...(run.peakMemoryBytes === null ? [] : [{ name: 'peak memory', value: formatBytes(run.peakMemoryBytes) }]),
          { name: 'started', value: <Time at={run.startedAt} /> },
          ...entries.map(([name, value]) => ({
            name: settingName(name),
            value: backendLabel(value) ?? formatValue(value),
          })),
          {
            name: 'run',
            value: (
              <Text span ff="monospace" fz={12}>
                {run.run}
              </Text>
            ),
          },
        ]}
      />
    </Panel>
  )
}

/** `wasm 4.22.0`, and why it is not the faster one. */
function backendLabel(value: unknown): ReactNode {
  const { name, version, reason } = (value ?? {}) as { name?: unknown; version?: unknown; reason?: unknown }
  if (typeof name !== 'string' || typeof version !== 'string') return null
  return (
    <>
      {name} {version}
      {typeof reason === 'string' ? (
        <Text span size="xs" c="dimmed" display="block">
          {reason}
        </Text>
      ) : null}
    </>
  )
}

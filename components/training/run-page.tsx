'use client'
import { Alert, Anchor, Button, List, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { isActive } from '#server/kernel/contract.ts'
import type { RunDetail } from '#server/training/contract.ts'
import { RUN_ACTIONS } from '#server/training/states/contract.ts'
import { useMay } from '../access/allowed.tsx'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { Facts } from '../ui/facts.tsx'
import { FollowedLog } from '../ui/followed-log.tsx'
import { formatBytes, formatCount, formatDuration } from '../ui/format.ts'
import { LoadingPage, PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { WorkState } from '../ui/work-state.tsx'
import { ClassWarnings } from './class-warnings.tsx'
import { CurvesPanel } from './curves-panel.tsx'
import { EvaluationCurves } from './evaluation-curves.tsx'
import { ExplanationPanel } from './explanation-panel.tsx'
import {
  formatParameterValue,
  formatTrainTime,
  formatValue,
  metricLabel,
  runPhases,
  runSentence,
  runStateLabel,
  settingName,
} from './labels.ts'
import { MetricsTable } from './metrics-table.tsx'
import { colorsOfNumbers } from './run-colors.ts'
import classes from './run-page.module.css'
import { NotesPanel, TriedPanel } from './tried-panel.tsx'

const RECIPE_SHOWN = 8
// The form and its checks load when the dialog opens.
const RegisterDialog = dynamic(() => import('./register-dialog.tsx').then(m => m.RegisterDialog), { ssr: false })

/** One run: result, curves and everything needed to reproduce it. */
export function RunPage({ project, run: ref }: { project: string; run: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const { data, error, refetch } = useQuery({
    ...trpc.training.run.queryOptions({ project, run: ref }),
    refetchInterval: query => poll(isActive(query.state.data?.status)),
  })
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <LoadingPage title="Run" label="Loading the run" />
  return (
    <Stack gap="md">
      <PageHeader
        title={
          <>
            #{data.number} {data.trainer}
          </>
        }
        badge={<StateBadge state={data.status} label={runStateLabel(data)} />}
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
      <WorkState
        {...data}
        name="run"
        state={data.status}
        detail={`${data.reasonCode ? `Reason: ${data.reasonCode}. ` : ''}See the log below.`}
        doing="Training"
        label={`Progress of run ${data.number}`}
      />
      {data.dataOverride ? (
        <Alert color="yellow" variant="light" title="Trained on data that fails a blocking expectation.">
          “{data.dataOverride.reason}” <Time at={data.dataOverride.at} />
        </Alert>
      ) : null}
      <ClassWarnings warnings={data.classWarnings} />
      <Areas project={project} run={data} />
    </Stack>
  )
}

/** Curves and log, metrics, and everything needed to reproduce the run. */
function Areas({ project, run }: { project: string; run: RunDetail }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const active = isActive(run.status)
  return (
    <div className={classes.areas}>
      <Stack gap="md" className={classes.main}>
        {run.series.length > 0 || active ? (
          <CurvesPanel
            project={project}
            runs={[{ run: run.run, label: `#${run.number}`, color: colorsOfNumbers([run.number])[0] }]}
            live={active}
            metric={run.metric}
          />
        ) : null}
        <TriedPanel run={run} />
        {run.explanation ? (
          <ExplanationPanel explanation={run.explanation} classes={run.task !== 'regression'} />
        ) : null}
        {run.curves ? <EvaluationCurves curves={run.curves} calibrationError={run.intervals.ece?.value} /> : null}
        <FollowedLog
          label="Log of the run"
          queryKey={trpc.training.log.queryKey({ project, run: run.run })}
          read={after => client.training.log.query({ project, run: run.run, after })}
          active={active}
        />
      </Stack>
      <div className={classes.metrics}>
        <MetricsTable run={run} />
      </div>
      <Stack gap="md" className={classes.facts}>
        <NotesPanel notes={run.notes} />
        <Settings run={run} />
        <Origin project={project} run={run} />
        <Recipe steps={run.recipe} name={run.recipeName} />
        <Environment run={run} />
      </Stack>
    </div>
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
            positive: run.positive ?? undefined,
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
            ...names.map(name => ({ name: settingName(name), value: formatParameterValue(run, name) })),
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
          ...(run.positive === null ? [] : [{ name: 'positive class', value: run.positive }]),
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
          { name: 'training time', value: formatTrainTime(run) },
          ...runPhases(run)
            .filter(phase => phase.name !== 'training')
            .map(({ name, ms }) => ({ name, value: formatDuration(ms) })),
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

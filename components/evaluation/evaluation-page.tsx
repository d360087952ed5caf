'use client'
import { Alert, Anchor, Button, Group, Progress, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { EvaluationDetail } from '#server/evaluation/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { usePolling } from '../shell/live-status.ts'
import { EvaluationCurves } from '../training/evaluation-curves.tsx'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { evaluationSentence } from './labels.ts'
import { ValidationComparison } from './validation-comparison.tsx'

/** Metrics of a model on a dataset, compared with its validation rows. */
export function EvaluationPage({ project, id }: { project: string; id: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const { data, error, refetch } = useQuery({
    ...trpc.evaluation.show.queryOptions({ project, id }),
    refetchInterval: query => poll(isActive(query.state.data?.state)),
  })
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data)
    return (
      <Stack gap="md">
        <PageHeader title="Evaluation" sentence=" " />
        <Skeleton height={360} radius="md" aria-label="Loading the evaluation" />
      </Stack>
    )
  return (
    <Stack gap="md">
      <PageHeader
        title={
          <Group gap="xs" component="span" display="inline-flex">
            <span>
              {data.runName} on {data.dataset} v{data.version}
            </span>
            <StateBadge state={data.state} />
          </Group>
        }
        sentence={evaluationSentence(data)}
        actions={
          <>
            <Button component={Link} variant="default" href={paths.run(project, data.run)}>
              Run
            </Button>
            <Button component={Link} href={paths.newEvaluation(project, { run: data.run })}>
              Evaluate on other data
            </Button>
          </>
        }
      />
      <State project={project} evaluation={data} />
      {data.state === 'succeeded' ? (
        <>
          {data.seenInTraining ? (
            <Alert color="yellow" variant="light">
              {data.runName} was trained on rows of this very version: most of them it knows, so these numbers flatter
              it.
            </Alert>
          ) : null}
          <ValidationComparison evaluation={data} />
          {data.curves ? <EvaluationCurves curves={data.curves} of="row" /> : null}
          <Text size="xs" c="dimmed">
            {leftOut(data)}Measured <Time at={data.endedAt} /> on{' '}
            <Anchor component={Link} size="xs" href={paths.dataset(project, data.dataset, { v: data.version })}>
              {data.dataset} v{data.version}
            </Anchor>
            .
          </Text>
        </>
      ) : null}
    </Stack>
  )
}

function leftOut({ rowsWithoutTarget, rowsUnknownClass, target }: EvaluationDetail): string {
  const parts = [
    rowsWithoutTarget ? `${formatCount(rowsWithoutTarget, 'row')} without “${target}”` : '',
    rowsUnknownClass ? `${formatCount(rowsUnknownClass, 'row')} of a class unknown to the model` : '',
  ].filter(Boolean)
  return parts.length === 0 ? '' : `Left out: ${parts.join(' and ')}. `
}

function State({ project, evaluation: e }: { project: string; evaluation: EvaluationDetail }) {
  if (e.state === 'failed')
    return (
      <Alert color="red" variant="light" role="alert" title={e.reason ?? 'The evaluation failed.'}>
        {e.jobId ? (
          <Anchor component={Link} size="sm" href={paths.job(project, e.jobId)}>
            Open log
          </Anchor>
        ) : null}
      </Alert>
    )
  if (e.state === 'cancelled')
    return <Alert color="gray" variant="light" title={e.reason ?? 'The evaluation was cancelled.'} />
  if (e.state === 'queued')
    return (
      <EmptyState title="Waiting for a free worker">
        It starts when a worker is free; this page updates automatically.
      </EmptyState>
    )
  if (e.state !== 'running') return null
  const { done = 0, note } = e.progress ?? {}
  return (
    <Panel>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          {note ?? 'Predicting'}
        </Text>
        <Text size="sm" c="dimmed">
          {Math.round(100 * done)} %
        </Text>
      </Group>
      <Progress value={100 * done} size="sm" aria-label="Progress of the evaluation" />
    </Panel>
  )
}

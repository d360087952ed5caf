'use client'
import { Alert, Anchor, Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { EvaluationDetail } from '#server/evaluation/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { usePolling } from '../shell/live-status.ts'
import { ClassWarnings } from '../training/class-warnings.tsx'
import { EvaluationCurves } from '../training/evaluation-curves.tsx'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { LoadingPage, PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { WorkState } from '../ui/work-state.tsx'
import { evaluationSentence, seenSentence } from './labels.ts'
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
  if (!data) return <LoadingPage title="Evaluation" label="Loading the evaluation" />
  return (
    <Stack gap="md">
      <PageHeader
        title={
          <>
            {data.runName} on {data.dataset} v{data.version}
          </>
        }
        badge={<StateBadge state={data.state} />}
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
      <WorkState
        {...data}
        name="evaluation"
        detail={
          data.jobId ? (
            <Anchor component={Link} size="sm" href={paths.job(project, data.jobId)}>
              Open log
            </Anchor>
          ) : null
        }
        doing="Predicting"
        label="Progress of the evaluation"
      />
      {data.state === 'succeeded' ? <Result project={project} evaluation={data} /> : null}
    </Stack>
  )
}

function Result({ project, evaluation: data }: { project: string; evaluation: EvaluationDetail }) {
  return (
    <>
      {data.seenInTraining || data.rowsSeen ? (
        <Alert color="yellow" variant="light" title={data.seenInTraining ? 'Measured on training rows' : undefined}>
          {seenSentence(data)}
        </Alert>
      ) : null}
      <ClassWarnings warnings={data.classWarnings} />
      <ValidationComparison evaluation={data} />
      {data.curves ? (
        <EvaluationCurves curves={data.curves} calibrationError={data.intervals.ece?.value} of="row" />
      ) : null}
      <Text size="xs" c="dimmed">
        {leftOut(data)}Measured <Time at={data.endedAt} /> on{' '}
        <Anchor component={Link} size="xs" href={paths.dataset(project, data.dataset, { v: data.version })}>
          {data.dataset} v{data.version}
        </Anchor>
        .
      </Text>
    </>
  )
}

function leftOut({ rowsWithoutTarget, rowsUnknownClass, target }: EvaluationDetail): string {
  const parts = [
    rowsWithoutTarget ? `${formatCount(rowsWithoutTarget, 'row')} without “${target}”` : '',
    rowsUnknownClass ? `${formatCount(rowsUnknownClass, 'row')} of a class unknown to the model` : '',
  ].filter(Boolean)
  return parts.length === 0 ? '' : `Left out: ${parts.join(' and ')}. `
}

'use client'
import { Alert, Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconHandStop, IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import type { AppRouter } from '#server/api/root.ts'
import type { LEAK_SPLITS, LeakSeverity } from '#server/data/leaks/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC } from '../../trpc.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { WordBadge } from '../../ui/state-badge.tsx'
import type { Shown } from '../client.ts'

const SEVERITY: Record<LeakSeverity, { word: string; colour: string; icon: typeof IconCheck }> = {
  block: { word: 'Target leakage', colour: 'red', icon: IconHandStop },
  warn: { word: 'Suspicious', colour: 'yellow', icon: IconAlertTriangle },
  info: { word: 'Worth knowing', colour: 'gray', icon: IconInfoCircle },
}
const SPLITS = ['random', 'time', 'group'] as const satisfies readonly (typeof LEAK_SPLITS)[number][]
const SPLIT_WORDS = { random: 'at random', time: 'by time', group: 'by group' } as const

type Leaks = inferRouterOutputs<AppRouter>['data']['leaks']['show']
type Finding = inferRouterOutputs<AppRouter>['data']['leaks']['show']['findings'][number]

/** What would make a model of this version look better than it is, before anything is trained. */
export function LeaksPanel({ project, shown }: { project: string; shown: Shown }) {
  const trpc = useTRPC()
  const [target, setTarget] = useQueryState('leaksOf', parseAsString)
  const [split, setSplit] = useQueryState('split', parseAsStringLiteral(SPLITS))
  const input = {
    project,
    dataset: `${shown.dataset}@${shown.version}`,
    target: target ?? undefined,
    split: split ?? undefined,
  }
  const poll = usePolling()
  const { data, error, refetch } = useQuery(
    trpc.data.leaks.show.queryOptions(input, {
      refetchInterval: query => poll(isActive(query.state.data?.state)),
    }),
  )
  const search = useMutation(trpc.data.leaks.search.mutationOptions())
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={220} radius="md" aria-label="Loading the findings" />
  const choose = (
    <Choice
      shown={shown}
      data={data}
      isSearching={search.isPending || isActive(data.state)}
      onTarget={value => setTarget(value)}
      onSplit={value => setSplit(value)}
      onSearch={() => search.mutate(input)}
    />
  )
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <Text size="sm" c="dimmed" maw={620}>
          {data.state === 'succeeded' && data.target && data.findings.length > 0
            ? data.sentence
            : 'A leak is a column that contains the target, or rows in both training and test data: metrics look good, but the model fails in production.'}
        </Text>
        {choose}
      </Group>
      {search.error ? <Problem error={search.error} /> : null}
      {data.state === 'failed' ? (
        <Alert color="red" variant="light" role="alert" title="The leak check failed.">
          {data.reason}
        </Alert>
      ) : null}
      {isActive(data.state) ? (
        <Text size="sm" c="dimmed" aria-live="polite">
          Checking for leaks…
        </Text>
      ) : null}
      <Nothing data={data} />
      {data.findings.map(f => (
        <FindingPanel key={`${f.kind} ${f.column}`} project={project} shown={shown} finding={f} />
      ))}
    </Stack>
  )
}

function Choice({
  shown,
  data,
  isSearching,
  onTarget,
  onSplit,
  onSearch,
}: {
  shown: Shown
  data: Leaks
  isSearching: boolean
  onTarget: (target: string | null) => void
  onSplit: (split: (typeof SPLITS)[number] | null) => void
  onSearch: () => void
}) {
  return (
    <Group gap="xs">
      <Select
        aria-label="Target"
        placeholder="Target"
        size="xs"
        w={180}
        searchable
        limit={200}
        data={shown.schema.map(c => c.name)}
        value={data.target}
        onChange={onTarget}
      />
      <Select
        aria-label="Split"
        size="xs"
        w={120}
        allowDeselect={false}
        data={SPLITS.map(s => ({ value: s, label: SPLIT_WORDS[s] }))}
        value={data.split}
        onChange={onSplit}
      />
      <Button size="xs" variant="default" disabled={data.target === null} loading={isSearching} onClick={onSearch}>
        {data.state === 'absent' ? 'Check for leaks' : 'Re-run'}
      </Button>
    </Group>
  )
}

/** Why there are no findings. */
function Nothing({ data }: { data: Leaks }) {
  if (data.target === null)
    return (
      <EmptyState title="No target">
        Choose a target above or set the role target on the Schema tab: from then on every version is looked at by
        itself.
      </EmptyState>
    )
  if (data.state !== 'succeeded' || data.findings.length > 0) return null
  return <EmptyState title={data.verdict === 'none' ? 'No leaks found' : 'Not enough data'}>{data.sentence}</EmptyState>
}

function FindingPanel({ project, shown, finding }: { project: string; shown: Shown; finding: Finding }) {
  const review = useMutation(useTRPC().data.reviewSchema.mutationOptions())
  const { columns, ignored } = finding
  const setRole = (role: 'ignore' | 'feature') =>
    review.mutate({
      project,
      dataset: `${shown.dataset}@${shown.version}`,
      columns: columns
        .filter(name => role === 'ignore' || shown.schema.find(c => c.name === name)?.role === 'ignore')
        .map(name => ({ name, role })),
    })
  // Groups bind rows and are no features; whole rows have no column to leave out.
  const canIgnore = columns.length > 0 && finding.kind !== 'groups'
  return (
    <Panel
      title={finding.column ?? 'Duplicate rows'}
      actions={
        ignored ? (
          <WordBadge colour="gray" icon={IconCheck} word="Ignored" />
        ) : (
          <WordBadge {...SEVERITY[finding.severity]} />
        )
      }
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{finding.evidence}</Text>
        {review.error ? <Problem error={review.error} /> : null}
        {canIgnore ? (
          <Allowed project={project} to="data:write">
            <Button
              size="compact-sm"
              variant="default"
              loading={review.isPending}
              onClick={() => setRole(ignored ? 'feature' : 'ignore')}
            >
              {ignored ? 'Use anyway' : columns.length === 1 ? 'Ignore this column' : `Ignore ${columns.join(' and ')}`}
            </Button>
          </Allowed>
        ) : null}
      </Stack>
    </Panel>
  )
}

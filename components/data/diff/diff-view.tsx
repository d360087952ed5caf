'use client'
import { Alert, Button, Group, List, MultiSelect, Select, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { parseAsArrayOf, parseAsInteger, parseAsString, useQueryState } from 'nuqs'
import { useEffect, useRef, useState } from 'react'
import type { DiffAnswer, ShownDiff } from '#server/data/diff/contract.ts'
import { isTerminal } from '#server/kernel/contract.ts'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { formatCount, formatNumber } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { Shown } from '../client.ts'
import { ChangedRows } from './changed-rows.tsx'
import { ColumnShift } from './column-shift.tsx'
import { diffSentence } from './labels.ts'

const COLUMNS_AT_ONCE = 24

/** What differs between two versions. Both are in the address, so that a link shows the same again. */
export function DiffView({ project, shown }: { project: string; shown: Shown }) {
  const numbers = shown.versions.map(v => v.version)
  const earlier = numbers.filter(n => n < shown.version)
  const [from, setFrom] = useQueryState('from', parseAsInteger)
  const [, setVersion] = useQueryState('v', parseAsInteger)
  const before = from ?? earlier[0] ?? numbers.find(n => n !== shown.version)
  if (before === undefined)
    return (
      <EmptyState title="Only one version">
        Add a second version to compare added, removed and changed rows and column distributions.
      </EmptyState>
    )
  const options = numbers.map(n => ({ value: String(n), label: `v${n}` }))
  return (
    <Stack gap="md">
      <Group gap="xs" align="flex-end">
        <Select
          label="From"
          size="xs"
          w={90}
          allowDeselect={false}
          data={options}
          value={String(before)}
          onChange={value => setFrom(Number(value))}
        />
        <Select
          label="To"
          size="xs"
          w={90}
          allowDeselect={false}
          data={options}
          value={String(shown.version)}
          onChange={value => {
            // What “from” means by default depends on “to”: keep what is seen.
            setFrom(before)
            setVersion(Number(value))
          }}
        />
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setFrom(shown.version)
            setVersion(before)
          }}
        >
          Swap
        </Button>
      </Group>
      <Comparison
        key={`${before} ${shown.version}`}
        project={project}
        dataset={shown.dataset}
        from={before}
        to={shown.version}
      />
    </Stack>
  )
}

function Comparison({ project, dataset, from, to }: { project: string; dataset: string; from: number; to: number }) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  const [key, setKey] = useQueryState('by', parseAsArrayOf(parseAsString))
  const input = { project, before: `${dataset}@${from}`, after: `${dataset}@${to}`, key: key ?? undefined }
  const poll = usePolling()
  const { data, error, refetch } = useQuery(
    trpc.data.diff.show.queryOptions(input, {
      refetchInterval: query => poll(!isTerminal(query.state.data?.state)),
    }),
  )
  const compare = useMutation({
    mutationFn: () => client.data.diff.compare.mutate(input),
    onSuccess: answer => queries.setQueryData(trpc.data.diff.show.queryKey(input), answer),
  })
  const { mutate, isIdle } = compare
  const request = JSON.stringify(input)
  const started = useRef('')
  // Choosing two versions starts their comparison; its result is kept.
  useEffect(() => {
    if (data?.state !== 'absent' || started.current === request) return
    started.current = request
    mutate()
  }, [data?.state, request, mutate])
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={260} radius="md" aria-label="Loading the comparison" />
  return (
    <Stack gap="md">
      <MultiSelect
        label="Match rows by"
        description="Key columns; without any, whole rows are compared."
        size="xs"
        maw={480}
        searchable
        clearable
        limit={200}
        data={data.common}
        value={data.key}
        onChange={value => setKey(value)}
      />
      {compare.error ? <Problem error={compare.error} onRetry={() => mutate()} /> : null}
      {data.state === 'failed' ? (
        <Failure answer={data} isPending={!isIdle && compare.isPending} onRetry={() => mutate()} />
      ) : null}
      {!isTerminal(data.state) && !compare.error ? (
        <Stack gap="xs" aria-live="polite">
          <Text size="sm" c="dimmed">
            Comparing versions…
          </Text>
          <Skeleton height={200} radius="md" />
        </Stack>
      ) : null}
      {data.result ? <Result answer={data} result={data.result} /> : null}
    </Stack>
  )
}

function Failure({ answer, isPending, onRetry }: { answer: DiffAnswer; isPending: boolean; onRetry: () => void }) {
  return (
    <Alert color="red" variant="light" role="alert" title="Comparison failed.">
      {answer.reason} {answer.hint}
      <Button mt="xs" size="compact-sm" variant="default" loading={isPending} onClick={onRetry}>
        Try again
      </Button>
    </Alert>
  )
}

function Count({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {formatNumber(value)}
      </Text>
    </div>
  )
}

function Result({ answer, result }: { answer: DiffAnswer; result: ShownDiff }) {
  const [limit, setLimit] = useState(COLUMNS_AT_ONCE)
  const { schema, columns, measuredRows } = result
  const names = { before: `v${answer.before.version}`, after: `v${answer.after.version}` }
  const lists = [
    ['Added', schema.added],
    ['Removed', schema.removed],
    ['Changed', schema.types.map(t => `${t.name}: ${t.before} → ${t.after}`)],
  ] as const
  const sampled = measuredRows.before < answer.before.rows || measuredRows.after < answer.after.rows
  return (
    <Stack gap="md">
      <RowCounts result={result} />
      {lists.some(([, items]) => items.length > 0) ? (
        <Panel title="Columns">
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            {lists
              .filter(([, items]) => items.length > 0)
              .map(([label, items]) => (
                <NameList key={label} label={label} items={items} />
              ))}
          </SimpleGrid>
        </Panel>
      ) : null}
      <ChangedRows columns={result.sample.columns} rows={result.sample.rows} />
      {columns.length > 0 ? (
        <>
          <Text size="sm" c="dimmed">
            {diffSentence(columns)}
            {sampled
              ? `, measured on a sample of ${formatCount(measuredRows.before, 'row')} and ${formatCount(measuredRows.after, 'row')}.`
              : '.'}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {columns.slice(0, limit).map(c => (
              <ColumnShift
                key={c.name}
                column={c}
                names={names}
                rows={{ before: answer.before.rows, after: answer.after.rows }}
              />
            ))}
          </SimpleGrid>
          {columns.length > limit ? (
            <Button variant="default" onClick={() => setLimit(limit + COLUMNS_AT_ONCE)}>
              Show {Math.min(COLUMNS_AT_ONCE, columns.length - limit)} of {columns.length - limit} more
            </Button>
          ) : null}
        </>
      ) : null}
    </Stack>
  )
}

function RowCounts({ result }: { result: ShownDiff }) {
  const { rows, schema, notes } = result
  const compared = rows.same > 0 && schema.changed.length === 0
  const nothing =
    compared && rows.added + rows.removed + rows.changed + schema.added.length + schema.removed.length === 0
  return (
    <Panel title="Rows" note={result.key.length > 0 ? `matched by ${result.key.join(', ')}` : 'compared whole'}>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Count label="Added" value={rows.added} />
        <Count label="Removed" value={rows.removed} />
        <Count label="Changed" value={rows.changed} />
        <Count label="The same" value={rows.same} />
      </SimpleGrid>
      {nothing ? (
        <Text size="sm" mt="sm">
          The versions are identical.
        </Text>
      ) : null}
      {notes.map(note => (
        <Text key={note} size="sm" c="dimmed" mt="xs">
          {note}
        </Text>
      ))}
    </Panel>
  )
}

function NameList({ label, items }: { label: string; items: readonly string[] }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <List size="sm">
        {items.slice(0, 50).map(item => (
          <List.Item key={item}>{item}</List.Item>
        ))}
      </List>
      {items.length > 50 ? <Text size="sm">and {items.length - 50} more</Text> : null}
    </div>
  )
}

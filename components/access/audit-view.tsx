import { Button, Group, Select, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { AUDIT_OUTCOMES, type AuditView as AuditEntry } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { actionLabel } from './labels.ts'

const useAuditFilter = () =>
  useQueryStates({
    action: parseAsString,
    actor: parseAsString,
    outcome: parseAsStringLiteral(AUDIT_OUTCOMES),
  })

const asked = ({ action, actor, outcome }: ReturnType<typeof useAuditFilter>[0]) => ({
  action: action ?? undefined,
  actor: actor ?? undefined,
  outcome: outcome ?? undefined,
})

/** What was done and refused in this project. */
export function ProjectAudit({ project }: { project: string }) {
  const [filter] = useAuditFilter()
  const trpc = useTRPC()
  const facets = useQuery(trpc.access.auditFacets.queryOptions({ project }))
  const log = useInfiniteQuery(
    trpc.access.audit.infiniteQueryOptions(
      { project, ...asked(filter) },
      { getNextPageParam: page => page.next ?? undefined },
    ),
  )
  return <AuditLog log={log} facets={facets.data} place="in this project" />
}

/** What belongs to no project: sign-ins, accounts, refusals of people nobody knows. */
export function InstanceAudit() {
  const [filter] = useAuditFilter()
  const trpc = useTRPC()
  const facets = useQuery(trpc.access.instanceAuditFacets.queryOptions())
  const log = useInfiniteQuery(
    trpc.access.instanceAudit.infiniteQueryOptions(asked(filter), {
      getNextPageParam: page => page.next ?? undefined,
    }),
  )
  return <AuditLog log={log} facets={facets.data} place="on this instance outside its projects" />
}

interface Log {
  data?: { pages: { items: AuditEntry[] }[] }
  error: unknown
  isPending: boolean
  hasNextPage: boolean
  isFetchingNextPage: boolean
  refetch: () => unknown
  fetchNextPage: () => unknown
}

/** Newest first; the filters are in the address. */
function AuditLog({
  log,
  facets,
  place,
}: {
  log: Log
  facets?: { actions: string[]; actors: { value: string; label: string }[] }
  place: string
}) {
  const [filter, setFilter] = useAuditFilter()
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = log
  const items = data?.pages.flatMap(page => page.items)
  const isFiltered = filter.action !== null || filter.actor !== null || filter.outcome !== null
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Select
          size="xs"
          w={240}
          aria-label="Action"
          placeholder="Any action"
          clearable
          searchable
          data={(facets?.actions ?? []).map(a => ({ value: a, label: actionLabel(a) }))}
          value={filter.action}
          onChange={action => setFilter({ action })}
        />
        <Select
          size="xs"
          w={220}
          aria-label="Actor"
          placeholder="Anybody"
          clearable
          searchable
          data={facets?.actors ?? []}
          value={filter.actor}
          onChange={actor => setFilter({ actor })}
        />
        <Select
          size="xs"
          w={140}
          aria-label="Outcome"
          placeholder="Any outcome"
          clearable
          data={[...AUDIT_OUTCOMES]}
          value={filter.outcome}
          onChange={value => setFilter({ outcome: AUDIT_OUTCOMES.find(o => o === value) ?? null })}
        />
      </Group>
      {error && !data ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {isPending && !error ? <Skeleton height={280} radius="md" aria-label="Loading the audit log" /> : null}
      {items?.length === 0 ? (
        <EmptyState
          title={isFiltered ? 'Nothing fits these filters' : 'Nothing has happened yet'}
          action={
            isFiltered ? (
              <Button variant="default" onClick={() => setFilter({ action: null, actor: null, outcome: null })}>
                Show everything
              </Button>
            ) : undefined
          }
        >
          Each change and each refusal {place} is written here, with who and when.
        </EmptyState>
      ) : null}
      {items && items.length > 0 ? (
        <Panel flush title="Audit log" note="newest first; nothing in it can be changed">
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>Who</Table.Th>
                <Table.Th>Action</Table.Th>
                <Table.Th>Outcome</Table.Th>
                <Table.Th>On</Table.Th>
                <Table.Th>Details</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map(entry => (
                <Table.Tr key={entry.id}>
                  <Table.Td>
                    <Time at={entry.at} />
                  </Table.Td>
                  <Table.Td miw={120}>{entry.actorName}</Table.Td>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>{actionLabel(entry.action)}</Table.Td>
                  <Table.Td>
                    <StateBadge state={entry.outcome} />
                  </Table.Td>
                  <Table.Td c="dimmed" style={{ whiteSpace: 'nowrap' }} title={entry.subjectId}>
                    {entry.subjectKind} {entry.subjectId.slice(-8)}
                  </Table.Td>
                  <Table.Td c="dimmed" miw={180} maw={420}>
                    <Text size="xs" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                      {[entry.reason, formatDetails(entry.details)].filter(Boolean).join(' · ') || '–'}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
      {hasNextPage ? (
        <Group>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show older
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

const formatDetails = (details: Record<string, unknown>): string =>
  Object.entries(details)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? shortInstant(value) : JSON.stringify(value)}`)
    .join(' · ')

const shortInstant = (text: string) =>
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : text

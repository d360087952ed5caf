import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import type { AuditView as AuditEntry } from '#server/access/contract.ts'
import { AUDIT_OUTCOMES } from '#server/access/roles/contract.ts'
import { useTRPC } from '../trpc.ts'
import { badgeColumn, type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { type PagesQuery, usePages } from '../ui/data-table/use-pages.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { QueryState } from '../ui/query-state.tsx'
import { actionLabel } from './labels.ts'

const useAuditFilter = () =>
  useQueryStates({
    action: parseAsString,
    actor: parseAsString,
    outcome: parseAsStringLiteral(AUDIT_OUTCOMES),
  })

const filterInput = ({ action, actor, outcome }: ReturnType<typeof useAuditFilter>[0]) => ({
  action: action ?? undefined,
  actor: actor ?? undefined,
  outcome: outcome ?? undefined,
})

/** Changes and refusals in this project. */
export function ProjectAudit({ project }: { project: string }) {
  const [filter] = useAuditFilter()
  const trpc = useTRPC()
  const facets = useQuery(trpc.access.auditFacets.queryOptions({ project }))
  const log = useInfiniteQuery(
    trpc.access.audit.infiniteQueryOptions(
      { project, ...filterInput(filter) },
      { getNextPageParam: page => page.next ?? undefined },
    ),
  )
  return <AuditLog log={log} facets={facets.data} place="in this project" />
}

/** Entries outside all projects: sign-ins, accounts, refusals of unknown people. */
export function InstanceAudit() {
  const [filter] = useAuditFilter()
  const trpc = useTRPC()
  const facets = useQuery(trpc.access.instanceAuditFacets.queryOptions())
  const log = useInfiniteQuery(
    trpc.access.instanceAudit.infiniteQueryOptions(filterInput(filter), {
      getNextPageParam: page => page.next ?? undefined,
    }),
  )
  return <AuditLog log={log} facets={facets.data} place="on this instance outside its projects" />
}

const columns: DataColumn<AuditEntry>[] = [
  dateColumn('at', 'Time', e => e.at, { sortable: false }),
  textColumn('actor', 'Actor', e => e.actorName),
  textColumn('action', 'Action', e => actionLabel(e.action)),
  badgeColumn('outcome', 'Outcome', e => e.outcome, { facet: false }),
  textColumn('subject', 'Subject', e => `${e.subjectKind} ${subjectName(e.subjectId)}`, {
    dimmed: true,
    maxWidth: 260,
    title: e => e.subjectId,
  }),
  textColumn('details', 'Details', e => [e.reason, formatDetails(e.details)].filter(Boolean).join(' · '), {
    wrap: true,
    dimmed: true,
    minWidth: 180,
    maxWidth: 420,
    sortable: false,
    cell: e => (
      <Text size="xs" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
        {[e.reason, formatDetails(e.details)].filter(Boolean).join(' · ') || '–'}
      </Text>
    ),
  }),
]

/** Newest first; the filters are in the address and apply on the server. */
function AuditLog({ log, facets, place }: { log: PagesQuery<AuditEntry>; facets?: Facets; place: string }) {
  const [filter, setFilter] = useAuditFilter()
  const { rows, more } = usePages(log)
  const isFiltered = filter.action !== null || filter.actor !== null || filter.outcome !== null
  return (
    <Stack gap="sm">
      <AuditFilters facets={facets} />
      <QueryState
        query={log}
        label="Loading the audit log"
        height={280}
        isEmpty={() => rows.length === 0}
        empty={
          <EmptyState
            title={isFiltered ? 'No entry matches these filters' : 'No entries yet'}
            action={
              isFiltered ? (
                <Button variant="default" onClick={() => setFilter({ action: null, actor: null, outcome: null })}>
                  Clear the filters
                </Button>
              ) : undefined
            }
          >
            Every change and every refusal {place} is recorded here, with actor and time.
          </EmptyState>
        }
      >
        {() => (
          <DataTable
            id="audit"
            label="Audit log"
            title="Audit log"
            note="newest first; append-only"
            find="Search loaded entries"
            searchText={e => e.subjectId}
            columns={columns}
            rows={rows}
            rowKey={e => String(e.id)}
            more={more}
          />
        )}
      </QueryState>
    </Stack>
  )
}

interface Facets {
  actions: string[]
  actors: { value: string; label: string }[]
}

function AuditFilters({ facets }: { facets?: Facets }) {
  const [filter, setFilter] = useAuditFilter()
  return (
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
        placeholder="Any actor"
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
  )
}

/** Ids are cut to their end; names stay whole. */
const subjectName = (id: string) => (/^[0-9a-f-]{32,36}$/.test(id) ? id.slice(-8) : id)

const formatDetails = (details: Record<string, unknown>): string =>
  Object.entries(details)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? shortInstant(value) : JSON.stringify(value)}`)
    .join(' · ')

const shortInstant = (text: string) =>
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : text

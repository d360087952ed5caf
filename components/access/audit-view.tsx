import { Anchor, Button, CloseButton, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconDownload, IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useEffect, useRef, useState } from 'react'
import { AUDIT_OUTCOMES } from '#server/access/roles/contract.ts'
import { subjectOf } from '#server/platform/subjects/contract.ts'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { badgeColumn, type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { type PagesQuery, usePages } from '../ui/data-table/use-pages.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { InstantField } from '../ui/instant-field.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'
import { subjectPath } from '../ui/subject-path.ts'
import { actionLabel } from './labels.ts'

type AuditEntry = RouterOutputs['access']['audit']['items'][number]

/** `find`, not `q`: that is the search of a table, which the tabs clear. */
const useAuditFilter = () =>
  useQueryStates({
    action: parseAsString,
    actor: parseAsString,
    outcome: parseAsStringLiteral(AUDIT_OUTCOMES),
    find: parseAsString,
    from: parseAsString,
    to: parseAsString,
  })
type AuditFilter = ReturnType<typeof useAuditFilter>[0]

const NO_FILTER = { action: null, actor: null, outcome: null, find: null, from: null, to: null }

const filterInput = ({ action, actor, outcome, find, from, to }: AuditFilter) => ({
  action: action ?? undefined,
  actor: actor ?? undefined,
  outcome: outcome ?? undefined,
  q: find ?? undefined,
  from: from ?? undefined,
  to: to ?? undefined,
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
  return <AuditLog project={project} log={log} facets={facets.data} place="in this project" />
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

/** What an entry is about: its kind, its name as it is now, and the way to its page. */
function AuditSubject({ project, entry }: { project?: string; entry: AuditEntry }) {
  const { subjectKind: kind, subjectId: id, subject } = entry
  const title = subjectOf(kind)?.title ?? kind
  const name = subject?.name ?? `${id.slice(-8)} (deleted)`
  const path = project && subject ? hrefOf(project, kind, subject) : undefined
  return (
    <Text size="sm" span title={id}>
      <Text span inherit c="dimmed">
        {title}{' '}
      </Text>
      {name === title ? null : path ? (
        <Anchor component={Link} href={path} inherit underline="always">
          {name}
        </Anchor>
      ) : (
        name
      )}
    </Text>
  )
}

function hrefOf(project: string, kind: string, subject: NonNullable<AuditEntry['subject']>): string | undefined {
  const { id, page, version } = subject
  if (kind === 'dataset-version' && page !== undefined) return paths.dataset(project, page, { v: version })
  if (kind === 'project') return paths.projectSettings(project)
  if (kind === 'user' || kind === 'invitation') return paths.access(project)
  if (kind === 'token') return paths.access(project, { tab: 'tokens' })
  return subjectPath(project, kind, { id, name: page })
}

const auditColumns = (project?: string): DataColumn<AuditEntry>[] => [
  dateColumn('at', 'Time', e => e.at, { sortable: false, exact: true }),
  textColumn('actor', 'Actor', e => e.actorName, { title: e => e.actor }),
  textColumn('action', 'Action', e => actionLabel(e.action)),
  badgeColumn('outcome', 'Outcome', e => e.outcome, { facet: false }),
  textColumn('subject', 'Subject', e => `${e.subjectKind} ${e.subject?.name ?? e.subjectId}`, {
    wrap: true,
    minWidth: 160,
    maxWidth: 300,
    cell: e => <AuditSubject project={project} entry={e} />,
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
function AuditLog({
  project,
  log,
  facets,
  place,
}: {
  /** Absent: the log of the instance. */
  project?: string
  log: PagesQuery<AuditEntry>
  facets?: Facets
  place: string
}) {
  const [filter, setFilter] = useAuditFilter()
  const { rows, more } = usePages(log)
  const isFiltered = Object.values(filter).some(value => value !== null)
  return (
    <Stack gap="sm">
      <AuditFilters facets={facets} isFiltered={isFiltered} zoned={project !== undefined} />
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
                <Button variant="default" onClick={() => setFilter(NO_FILTER)}>
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
            actions={project ? <ExportLinks project={project} filter={filter} /> : undefined}
            find="Search loaded entries"
            searchText={e => e.subjectId}
            columns={auditColumns(project)}
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

/** The whole log that matches the filters, not only the loaded entries. */
function ExportLinks({ project, filter }: { project: string; filter: AuditFilter }) {
  const href = (format: 'csv' | 'json') => {
    const query = new URLSearchParams({ format })
    for (const [name, value] of Object.entries(filterInput(filter))) if (value) query.set(name, value)
    return `/api/v1/projects/${encodeURIComponent(project)}/audit/export?${query}`
  }
  return (
    <Group gap={6} role="group" aria-label="Export the audit log">
      {(['csv', 'json'] as const).map(format => (
        <Button
          key={format}
          component="a"
          href={href(format)}
          download
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          Export {format.toUpperCase()}
        </Button>
      ))}
    </Group>
  )
}

const SEARCH_DELAY_MS = 300

/** Searches the whole log, on the server. */
function AuditSearch({ value, onSearch }: { value: string | null; onSearch: (text: string | null) => void }) {
  const [text, setText] = useState(value ?? '')
  const sent = useRef(value)
  const search = useDebouncedCallback((find: string | null) => {
    sent.current = find
    onSearch(find)
  }, SEARCH_DELAY_MS)
  // Clearing all filters empties the field too; our own searches must not overwrite what is typed meanwhile.
  useEffect(() => {
    if (value !== null || sent.current === null) return
    sent.current = null
    setText('')
  }, [value])
  const change = (next: string) => {
    setText(next)
    search(next.trim() || null)
  }
  return (
    <TextInput
      type="search"
      size="xs"
      w={220}
      aria-label="Search the audit log"
      placeholder="Search the audit log"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={text}
      onChange={event => change(event.currentTarget.value)}
    />
  )
}

function AuditFilters({ facets, isFiltered, zoned }: { facets?: Facets; isFiltered: boolean; zoned: boolean }) {
  const [filter, setFilter] = useAuditFilter()
  return (
    <Group gap="xs" align="flex-start">
      <AuditSearch value={filter.find} onSearch={find => setFilter({ find })} />
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
      <InstantField
        size="xs"
        width={140}
        hiddenLabel="From"
        value={filter.from}
        onChange={from => setFilter({ from })}
      />
      <InstantField size="xs" width={140} hiddenLabel="To" value={filter.to} onChange={to => setFilter({ to })} />
      {filter.from || filter.to ? (
        <Text size="xs" c="dimmed" pt={6}>
          whole days, {zoned ? 'in the project’s time zone' : 'UTC'}
        </Text>
      ) : null}
      {isFiltered ? (
        <CloseButton size="sm" aria-label="Clear the filters" onClick={() => setFilter(NO_FILTER)} />
      ) : null}
    </Group>
  )
}

const formatDetails = (details: Record<string, unknown>): string =>
  Object.entries(details)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? shortText(value) : JSON.stringify(value)}`)
    .join(' · ')

/** Instants to the minute, digests by their beginning; names stay whole. */
const shortText = (text: string) =>
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)
    ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
    : /^[0-9a-f]{64}$/.test(text)
      ? `${text.slice(0, 12)}…`
      : text

'use client'
import { Badge, Button, Stack, Switch, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { type DataColumn, dateColumn, linkColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'

type Project = RouterOutputs['access']['projects']['items'][number]

/** What the person is in the project: its role as a member, or only an administrator of the instance. */
const roleLabel = (p: Project) => (p.isMember ? p.role : 'instance administrator')

const columns: DataColumn<Project>[] = [
  linkColumn(
    'name',
    'Project',
    p => p.name,
    p => paths.project(p.slug),
    {
      after: p => (
        <>
          {p.name === p.slug ? null : (
            <Text span size="xs" c="dimmed" ml={8} ff="monospace">
              {p.slug}
            </Text>
          )}
          {p.archivedAt ? (
            <Badge size="xs" variant="light" color="gray" tt="none" ml={8}>
              archived
            </Badge>
          ) : null}
        </>
      ),
    },
  ),
  textColumn('description', 'Description', p => p.description || null, {
    dimmed: true,
    maxWidth: 320,
    title: p => p.description,
    wide: true,
  }),
  textColumn('role', 'Your role', roleLabel, { facet: true }),
  numberColumn('members', 'Members', p => p.members),
  textColumn('zone', 'Time zone', p => p.zone, { dimmed: true }),
  dateColumn('created', 'Created', p => p.createdAt),
]

/** The projects that the person may open. */
export function ProjectList() {
  const [archived, setArchived] = useQueryState('archived', parseAsBoolean.withDefault(false))
  const projects = useQuery({
    ...useTRPC().access.projects.queryOptions(archived ? { archived } : undefined),
    placeholderData: keepPreviousData,
  })
  const active = projects.data?.items.filter(p => p.archivedAt === null).length ?? 0
  const gone = (projects.data?.items.length ?? 0) - active
  const create = (
    <Button component={Link} href={paths.newProject}>
      New project
    </Button>
  )
  return (
    <Stack gap="md">
      <PageHeader
        title="Projects"
        sentence={
          projects.data
            ? `${formatCount(active, 'project')}${archived ? `, ${formatCount(gone, 'archived project')}` : ''}.`
            : ' '
        }
        actions={
          <>
            <Switch
              label="Show archived"
              checked={archived}
              onChange={event => setArchived(event.currentTarget.checked || null)}
            />
            {create}
          </>
        }
      />
      <QueryState
        query={projects}
        label="Loading the projects"
        isEmpty={data => data.items.length === 0}
        empty={
          <EmptyState title="No projects" action={create}>
            A project groups a team’s data, models and endpoints. Create one, or request an invitation from an owner of
            another.
          </EmptyState>
        }
      >
        {data => (
          <DataTable
            id="projects"
            label="Projects"
            inUrl
            find="Search projects"
            searchText={p => `${p.slug} ${p.description}`}
            columns={columns}
            rows={data.items}
            rowKey={p => p.slug}
          />
        )}
      </QueryState>
    </Stack>
  )
}

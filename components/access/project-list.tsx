'use client'
import { Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { type DataColumn, dateColumn, linkColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'

type Project = RouterOutputs['access']['projects']['items'][number]

const columns: DataColumn<Project>[] = [
  linkColumn(
    'name',
    'Project',
    p => p.name,
    p => paths.project(p.slug),
    {
      after: p =>
        p.name === p.slug ? null : (
          <Text span size="xs" c="dimmed" ml={8} ff="monospace">
            {p.slug}
          </Text>
        ),
    },
  ),
  textColumn('role', 'Your role', p => p.role, { facet: true }),
  numberColumn('members', 'Members', p => p.members),
  textColumn('zone', 'Time zone', p => p.zone, { dimmed: true }),
  dateColumn('created', 'Created', p => p.createdAt),
]

/** The projects that the person may open. */
export function ProjectList() {
  const projects = useQuery(useTRPC().access.projects.queryOptions())
  const create = (
    <Button component={Link} href={paths.newProject}>
      New project
    </Button>
  )
  return (
    <Stack gap="md">
      <PageHeader
        title="Projects"
        sentence={projects.data ? `${formatCount(projects.data.items.length, 'project')}.` : ' '}
        actions={create}
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
            searchText={p => p.slug}
            columns={columns}
            rows={data.items}
            rowKey={p => p.slug}
          />
        )}
      </QueryState>
    </Stack>
  )
}

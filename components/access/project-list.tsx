'use client'
import { Anchor, Button, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'

export function ProjectList() {
  const trpc = useTRPC()
  const { data, error, isPending, refetch } = useQuery(trpc.access.projects.queryOptions())
  const start = (
    <Button component={Link} href="/projects/new">
      New project
    </Button>
  )
  return (
    <Stack gap="md">
      <PageHeader
        title="Projects"
        sentence={data ? `You may enter ${formatCount(data.items.length, 'project')}.` : ' '}
        actions={start}
      />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {isPending && !error ? <Skeleton height={180} radius="md" aria-label="Loading the projects" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState title="You are in no project yet" action={start}>
          A project holds data, models and endpoints of a team. Start one, or ask an owner of another for an invitation.
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Panel flush>
          <Table highlightOnHover verticalSpacing={7}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Project</Table.Th>
                <Table.Th>Your role</Table.Th>
                <Table.Th ta="right">Members</Table.Th>
                <Table.Th>Zone</Table.Th>
                <Table.Th>Started</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(p => (
                <Table.Tr key={p.slug}>
                  <Table.Td>
                    <Anchor component={Link} href={paths.project(p.slug)} size="sm" fw={500}>
                      {p.name}
                    </Anchor>
                    {p.name === p.slug ? null : (
                      <Text span size="xs" c="dimmed" ml={8} ff="monospace">
                        {p.slug}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{p.role}</Table.Td>
                  <Table.Td ta="right">{p.members}</Table.Td>
                  <Table.Td c="dimmed">{p.zone}</Table.Td>
                  <Table.Td>
                    <Time at={p.createdAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
    </Stack>
  )
}

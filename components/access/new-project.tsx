'use client'
import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { slugSchema } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { fieldProblems, isTold } from './field-problems.ts'
import { slugFrom } from './labels.ts'

export function NewProject() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const [name, setName] = useState('')
  const [typedSlug, setTypedSlug] = useState<string>()
  const [zone, setZone] = useState('UTC')
  const [zones, setZones] = useState<string[]>(['UTC'])
  // The browser knows its zone, the server that draws the page first does not.
  useEffect(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    setZones([...new Set(['UTC', own, ...Intl.supportedValuesOf('timeZone')])])
    setZone(own)
  }, [])
  const slug = typedSlug ?? slugFrom(name)
  const slugProblem = slug === '' ? undefined : slugSchema.safeParse(slug).error?.issues[0]?.message
  const create = useMutation(
    trpc.access.createProject.mutationOptions({
      async onSuccess(made) {
        await Promise.all([
          queries.invalidateQueries(trpc.access.pathFilter()),
          queries.invalidateQueries(trpc.home.pathFilter()),
        ])
        router.push(paths.project(made.slug))
      },
    }),
  )
  const problems = fieldProblems(create.error)
  return (
    <Stack gap="md" maw={560}>
      <PageHeader title="New project" sentence="It holds data, models and endpoints of a team. You become its owner." />
      <Panel>
        <form
          onSubmit={event => {
            event.preventDefault()
            create.mutate({ slug, name: name.trim() || undefined, zone })
          }}
        >
          <Stack gap="md">
            {create.error && !isTold(create.error, ['name', 'slug', 'zone']) ? <Problem error={create.error} /> : null}
            <TextInput
              label="Name"
              required
              maxLength={120}
              value={name}
              error={problems.name}
              onChange={event => setName(event.currentTarget.value)}
            />
            <TextInput
              label="In addresses"
              description="Part of every address and command of the project; it cannot be changed later."
              required
              value={slug}
              error={problems.slug ?? slugProblem}
              onChange={event => setTypedSlug(event.currentTarget.value)}
            />
            <Select
              label="Time zone"
              description="Schedules, days and months of the project follow it."
              searchable
              allowDeselect={false}
              limit={60}
              data={zones}
              value={zone}
              error={problems.zone}
              onChange={value => setZone(value ?? 'UTC')}
            />
            <Group gap="xs" justify="flex-end">
              <Button variant="subtle" color="gray" component={Link} href="/projects">
                Cancel
              </Button>
              <Button
                type="submit"
                loading={create.isPending || create.isSuccess}
                disabled={slug === '' || slugProblem !== undefined}
              >
                Start the project
              </Button>
            </Group>
          </Stack>
        </form>
      </Panel>
    </Stack>
  )
}

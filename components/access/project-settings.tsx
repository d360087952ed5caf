'use client'
import { Button, Group, Radio, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { ARCHIVED_ENDPOINTS, type ArchivedEndpoints, updateProjectInput } from '#server/access/contract.ts'
import { roleMay } from '#server/access/roles/contract.ts'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { Facts } from '../ui/facts.tsx'
import { notify } from '../ui/notify.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { FormDialog } from '../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'
import { Time } from '../ui/time.tsx'

type Here = RouterOutputs['access']['here']

/** Name, description and time zone of a project, and its archiving. */
export function ProjectSettings({ project }: { project: string }) {
  const { data, error, refetch } = useQuery(useTRPC().access.here.queryOptions({ project }))
  return (
    <Stack gap="md" maw={720}>
      <PageHeader
        title="Project settings"
        sentence={data ? `${data.name}: name, description, time zone, archiving.` : ' '}
      />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {data ? (
        <>
          <SettingsPanel key={`${data.name} ${data.description} ${data.zone}`} here={data} />
          <ArchivePanel here={data} />
        </>
      ) : error ? null : (
        <Skeleton height={320} radius="md" aria-label="Loading the settings" />
      )}
    </Stack>
  )
}

function SettingsPanel({ here }: { here: Here }) {
  const { project, name, description, zone, role } = here
  const mayUpdate = roleMay(role, 'project:update')
  const update = useMutation(
    useTRPC().access.updateProject.mutationOptions({ onSuccess: () => void notify({ message: 'Settings saved.' }) }),
  )
  const zones = useMemo(() => ({ zone: [...new Set(['UTC', zone, ...Intl.supportedValuesOf('timeZone')])] }), [zone])
  const facts = [
    { name: 'URL slug', value: <code>{project}</code> },
    { name: 'Created', value: <Time at={here.createdAt} exact /> },
  ]
  if (!mayUpdate)
    return (
      <Panel title="General">
        <Facts
          items={[
            { name: 'Name', value: name },
            { name: 'Description', value: description || '–' },
            { name: 'Time zone', value: zone },
            ...facts,
          ]}
        />
      </Panel>
    )
  return (
    <Panel title="General">
      <Stack gap="md">
        <Facts items={facts} />
        <Text size="xs" c="dimmed">
          The slug is part of addresses, of commands and of the endpoints’ URLs. It stays when the name changes, so that
          links and tokens go on working.
        </Text>
        <SchemaForm
          schema={updateProjectInput}
          initial={{ name, description, zone }}
          hints={{ name: { required: true } }}
          options={zones}
          error={update.error}
          onSubmit={input => update.mutate({ project, ...input, description: input.description ?? '' })}
          submit="Save"
          busy={update.isPending}
        />
      </Stack>
    </Panel>
  )
}

const ENDPOINTS: Record<ArchivedEndpoints, { label: string; description: string }> = {
  serving: { label: 'Endpoints go on', description: 'They answer requests of tokens as before.' },
  stopped: {
    label: 'Endpoints stop',
    description: 'Requests are refused with a message that the project is archived.',
  },
}

function ArchivePanel({ here }: { here: Here }) {
  const trpc = useTRPC()
  const [opened, { open, close }] = useDisclosure()
  const restore = useMutation(
    trpc.access.restoreProject.mutationOptions({
      onSuccess: () => void notify({ message: 'The project is restored.' }),
    }),
  )
  if (!roleMay(here.role, 'project:update')) return null
  if (here.archivedAt)
    return (
      <Panel title="Archived">
        <Stack gap="sm">
          <Text size="sm">
            Archived <Time at={here.archivedAt} />: hidden from lists and read-only; schedules are paused.{' '}
            {here.archivedEndpoints ? ENDPOINTS[here.archivedEndpoints].label : ''}.
          </Text>
          {restore.error ? <Problem error={restore.error} /> : null}
          <Group>
            <Button loading={restore.isPending} onClick={() => restore.mutate({ project: here.project })}>
              Restore the project
            </Button>
          </Group>
        </Stack>
      </Panel>
    )
  return (
    <Panel title="Archive">
      <Stack gap="sm">
        <Text size="sm">
          An archived project is hidden from lists and read-only, and its schedules pause. Nothing is deleted; it can be
          restored.
        </Text>
        <Group>
          <Button variant="light" color="red" onClick={open}>
            Archive the project
          </Button>
        </Group>
      </Stack>
      <FormDialog title={`Archive ${here.name}?`} opened={opened} onClose={close}>
        <ArchiveForm project={here.project} onClose={close} />
      </FormDialog>
    </Panel>
  )
}

function ArchiveForm({ project, onClose }: { project: string; onClose: () => void }) {
  const [confirm, setConfirm] = useState('')
  const [endpoints, setEndpoints] = useState<ArchivedEndpoints>('serving')
  const archive = useMutation(useTRPC().access.archiveProject.mutationOptions({ onSuccess: onClose }))
  return (
    <Stack gap="md">
      <Radio.Group
        label="Endpoints"
        value={endpoints}
        onChange={value => setEndpoints(ARCHIVED_ENDPOINTS.find(state => state === value) ?? 'serving')}
      >
        <Stack gap="xs" mt="xs">
          {ARCHIVED_ENDPOINTS.map(state => (
            <Radio key={state} value={state} {...ENDPOINTS[state]} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        label={`Type ${project} to confirm`}
        value={confirm}
        autoComplete="off"
        onChange={event => setConfirm(event.currentTarget.value)}
        data-autofocus
      />
      {archive.error ? <Problem error={archive.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          color="red.9"
          disabled={confirm !== project}
          loading={archive.isPending}
          onClick={() => archive.mutate({ project, confirm, endpoints })}
        >
          Archive
        </Button>
      </Group>
    </Stack>
  )
}

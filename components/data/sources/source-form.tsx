'use client'
import { Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { datasetNameSchema } from '#server/data/contract.ts'
import type { SourceKind } from '#server/data/sources/contract.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { AddressFields } from './address-fields.tsx'
import { useSourceActions } from './client.ts'
import { ConnectionChooser } from './connection-chooser.tsx'
import { addressOf, type Draft, emptyDraft, missingAddress, missingReading, readingOf, secretsOf } from './draft.ts'
import { ReadingFields } from './reading-fields.tsx'
import { SchedulePicker } from './schedule-picker.tsx'
import { WatchIngestion } from './watch-ingestion.tsx'

const wrongName = (name: string) =>
  name === '' ? undefined : datasetNameSchema.safeParse(name).error?.issues[0]?.message

/** Where, what, how often; then the read is watched. */
export function SourceForm({ project, kind }: { project: string; kind: SourceKind }) {
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(kind))
  const [connection, setConnection] = useState<string | null>(null)
  const [path, setPath] = useState('')
  const [connectionName, setConnectionName] = useState('')
  const [name, setName] = useState('')
  const [target, setTarget] = useState('')
  const [cron, setCron] = useState<string | null>(null)
  const [append, setAppend] = useState(false)
  const [ingestion, setIngestion] = useState<string>()
  const { add, connect, test } = useSourceActions(project)
  const change = (part: Partial<Draft>) => setDraft(before => ({ ...before, ...part }))
  const missing =
    (connection ? undefined : missingAddress(draft)) ?? missingReading(draft) ?? (name === '' ? 'a name' : undefined)

  const saveAndTest = async () => {
    const { name: saved } = await connect.mutateAsync({
      name: connectionName,
      address: addressOf(draft),
      secrets: secretsOf(draft),
    })
    setConnection(saved)
    setConnectionName('')
    // What was typed as a secret is stored now and need not stay in the page.
    change({ headers: [], password: '', secretKey: '', accessKeyId: '' })
    test.mutate(saved)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (missing || wrongName(name)) return
    const where = connection ? { connection } : { address: addressOf(draft), secrets: secretsOf(draft) }
    add.mutate(
      {
        ...where,
        name,
        reading: readingOf(draft, connection ? path : undefined),
        append,
        cron: cron ?? undefined,
        target: target || undefined,
      },
      { onSuccess: started => setIngestion(started.id) },
    )
  }

  if (ingestion) return <WatchIngestion project={project} id={ingestion} onAgain={() => setIngestion(undefined)} />
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Panel title="Where">
          <Stack gap="sm">
            <ConnectionChooser project={project} kind={kind} chosen={connection} onChoose={setConnection} />
            {connection ? (
              kind === 'url' ? (
                <TextInput
                  label="Path"
                  description="Below the connection’s address; empty: the address itself."
                  placeholder="/v1/orders"
                  value={path}
                  onChange={e => setPath(e.currentTarget.value)}
                />
              ) : null
            ) : (
              <>
                <AddressFields draft={draft} onChange={change} />
                <Group align="end" gap="xs">
                  <TextInput
                    label="Keep it as a connection"
                    description="Optional: to test it now and use it again."
                    placeholder="Name of the connection"
                    value={connectionName}
                    error={wrongName(connectionName)}
                    onChange={e => setConnectionName(e.currentTarget.value)}
                    style={{ flex: '1 1 220px' }}
                  />
                  <Button
                    variant="default"
                    loading={connect.isPending}
                    disabled={
                      connectionName === '' ||
                      wrongName(connectionName) !== undefined ||
                      missingAddress(draft) !== undefined
                    }
                    onClick={() => void saveAndTest().catch(() => undefined)}
                  >
                    Save and test
                  </Button>
                </Group>
                {connect.error ? <Problem error={connect.error} /> : null}
              </>
            )}
          </Stack>
        </Panel>
        <Panel title="What">
          <ReadingFields draft={draft} onChange={change} />
        </Panel>
        <Panel title="Dataset">
          <Stack gap="sm">
            <Group align="start" grow preventGrowOverflow={false}>
              <TextInput
                label="Name of the dataset"
                description="Under the name of one that is there, it becomes its next version."
                value={name}
                error={wrongName(name)}
                onChange={e => setName(e.currentTarget.value)}
                required
              />
              <TextInput
                label="Column to predict"
                description="Optional; it can be chosen later."
                value={target}
                onChange={e => setTarget(e.currentTarget.value)}
              />
            </Group>
            <SchedulePicker cron={cron} onChange={setCron} />
            <Switch
              label="New rows go below the ones that are there"
              description="Off: each refresh brings all rows anew."
              checked={append}
              onChange={e => setAppend(e.currentTarget.checked)}
            />
          </Stack>
        </Panel>
        {add.error ? <Problem error={add.error} /> : null}
        <Group justify="flex-end" gap="sm">
          {missing ? (
            <Text size="sm" c="dimmed">
              It needs {missing}.
            </Text>
          ) : null}
          <Button
            type="submit"
            loading={add.isPending}
            disabled={missing !== undefined || wrongName(name) !== undefined}
          >
            Read the rows
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

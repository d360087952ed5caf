'use client'
import { Alert, Anchor, Button, Group, Paper, Progress, Stack, Text, TextInput } from '@mantine/core'
import Link from 'next/link'
import { type FormEvent, useRef, useState } from 'react'
import { resourceNameSchema } from '#server/access/contract.ts'
import { MAX_UPLOAD_BYTES } from '#server/data/contract.ts'
import { Problem } from '../ui/problem.tsx'
import { useAddDataset, useIngestion } from './client.ts'
import { DropZone } from './drop-zone.tsx'
import { uploadFile } from './upload-file.ts'
import { bytesWords, countWords, nameFromFile } from './words.ts'

/** A file becomes a dataset or, under the name of one, its next version: choose, name, send, watch. */
export function AddDataset({
  project,
  name: fixedName,
  onStart,
}: {
  project: string
  name?: string
  onStart?: () => void
}) {
  const [file, setFile] = useState<File>()
  const [name, setName] = useState(fixedName ?? '')
  const [target, setTarget] = useState('')
  const [sent, setSent] = useState<number>()
  const [problem, setProblem] = useState<unknown>()
  const [ingestionId, setIngestionId] = useState<string>()
  const stop = useRef<AbortController>(undefined)
  const add = useAddDataset(project)
  const { data: ingestion } = useIngestion(project, ingestionId)
  const wrongName = name === '' ? undefined : resourceNameSchema.safeParse(name).error?.issues[0]?.message

  const reset = () => {
    setFile(undefined)
    setIngestionId(undefined)
    setSent(undefined)
    setProblem(undefined)
    setTarget('')
    setName(fixedName ?? '')
  }
  const choose = (chosen: File) => {
    reset()
    if (chosen.size === 0)
      return setProblem(new Error(`${chosen.name} is empty. Choose a file with a header and rows.`))
    if (chosen.size > MAX_UPLOAD_BYTES)
      return setProblem(new Error(`${chosen.name} is larger than ${bytesWords(MAX_UPLOAD_BYTES)}.`))
    setFile(chosen)
    onStart?.()
    setName(fixedName ?? nameFromFile(chosen.name))
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!file || wrongName || name === '') return
    setProblem(undefined)
    setSent(0)
    stop.current = new AbortController()
    try {
      const { digest } = await uploadFile(project, file, setSent, stop.current.signal)
      const started = await add.mutateAsync({ name, fileName: file.name, digest, target: target || undefined })
      setIngestionId(started.id)
    } catch (error) {
      setProblem(error)
      setSent(undefined)
    }
  }

  if (ingestionId)
    return (
      <Paper withBorder p="md" radius="md" aria-live="polite">
        {ingestion?.state === 'done' ? (
          <Stack gap="xs">
            <Text fw={600}>
              {ingestion.created
                ? `${ingestion.dataset} v${ingestion.version} is there: ${countWords(ingestion.rows ?? 0, 'row')}, ${countWords(ingestion.columns ?? 0, 'column')}.`
                : `These bytes are ${ingestion.dataset} v${ingestion.version} already, so no new version was made.`}
            </Text>
            {ingestion.warnings.slice(0, 3).map(w => (
              <Text key={w} size="sm" c="dimmed">
                {w}
              </Text>
            ))}
            <Group>
              <Anchor component={Link} href={`/p/${project}/data/${ingestion.dataset}`}>
                Open {ingestion.dataset}
              </Anchor>
              <Button variant="default" size="compact-sm" onClick={reset}>
                Add another file
              </Button>
            </Group>
          </Stack>
        ) : ingestion?.state === 'failed' ? (
          <Alert
            color="red"
            variant="light"
            title={`${file?.name} was not added; nothing was registered.`}
            role="alert"
          >
            <Text size="sm">{ingestion.reason}</Text>
            <Button mt="xs" size="compact-sm" variant="default" onClick={reset}>
              Choose another file
            </Button>
          </Alert>
        ) : (
          <Stack gap="xs">
            <Text size="sm">
              {ingestion?.state === 'running' ? `Reading ${file?.name}` : `${file?.name} waits for a worker`}
            </Text>
            <Progress value={100} animated aria-label="Reading the file" />
            <Text size="xs" c="dimmed">
              You can leave this page; it goes on by itself.
            </Text>
          </Stack>
        )}
      </Paper>
    )

  return (
    <Stack gap="sm">
      {problem ? <Problem error={problem} /> : null}
      {file ? (
        <Paper withBorder p="md" radius="md" component="form" onSubmit={submit}>
          <Stack gap="sm">
            <Text fw={600}>
              {file.name}{' '}
              <Text span c="dimmed" fw={400} size="sm">
                {bytesWords(file.size)}
              </Text>
            </Text>
            <Group align="start" grow>
              <TextInput
                label="Name of the dataset"
                description="Under the name of one that is there, it becomes its next version."
                value={name}
                onChange={e => setName(e.currentTarget.value)}
                disabled={fixedName !== undefined || sent !== undefined}
                error={wrongName}
                required
              />
              <TextInput
                label="Column to predict"
                description="Optional; it can be chosen later."
                value={target}
                onChange={e => setTarget(e.currentTarget.value)}
                disabled={sent !== undefined}
              />
            </Group>
            {sent !== undefined ? <Progress value={sent * 100} aria-label="Sent" /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => (sent === undefined ? reset() : stop.current?.abort())}>
                {sent === undefined ? 'Back' : 'Stop'}
              </Button>
              <Button type="submit" loading={sent !== undefined} disabled={name === '' || wrongName !== undefined}>
                Add data
              </Button>
            </Group>
          </Stack>
        </Paper>
      ) : (
        <DropZone onFile={choose} />
      )}
    </Stack>
  )
}

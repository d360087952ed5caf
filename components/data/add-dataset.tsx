'use client'
import { Alert, Anchor, Button, Checkbox, Group, Paper, Progress, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useRef, useState } from 'react'
import { datasetNameSchema, MAX_UPLOAD_BYTES } from '#server/data/contract.ts'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { ReadySource } from './add-ready.tsx'
import { type Ingestion, useIngestion } from './client.ts'
import { DropZone } from './drop-zone.tsx'
import { formatBytes, formatCount, nameFromFile } from './labels.ts'
import { uploadFile } from './upload-file.ts'

/** Uploads a file, previews it, reviews its columns and adds it as a dataset version. */
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
  const [append, setAppend] = useState(false)
  const [sent, setSent] = useState<number>()
  const [digest, setDigest] = useState<string>()
  const [previewId, setPreviewId] = useState<string>()
  const [problem, setProblem] = useState<unknown>()
  const [ingestionId, setIngestionId] = useState<string>()
  const stop = useRef<AbortController>(undefined)
  const preview = useMutation(useTRPC().data.previews.start.mutationOptions())
  const { data: ingestion } = useIngestion(project, ingestionId)
  const wrongName = name === '' ? undefined : datasetNameSchema.safeParse(name).error?.issues[0]?.message

  const reset = () => {
    stop.current?.abort()
    setFile(undefined)
    setIngestionId(undefined)
    setSent(undefined)
    setDigest(undefined)
    setPreviewId(undefined)
    setProblem(undefined)
    setAppend(false)
    setName(fixedName ?? '')
  }
  const choose = async (chosen: File) => {
    reset()
    if (chosen.size === 0)
      return setProblem(new Error(`${chosen.name} is empty. Choose a file with a header and rows.`))
    if (chosen.size > MAX_UPLOAD_BYTES)
      return setProblem(new Error(`${chosen.name} is larger than ${formatBytes(MAX_UPLOAD_BYTES)}.`))
    setFile(chosen)
    onStart?.()
    setName(fixedName ?? nameFromFile(chosen.name))
    setSent(0)
    const controller = new AbortController()
    stop.current = controller
    try {
      const uploaded = await uploadFile(project, chosen, setSent, controller.signal)
      if (controller.signal.aborted) return
      setDigest(uploaded.digest)
      const { id } = await preview.mutateAsync({
        project,
        fileName: chosen.name,
        digest: uploaded.digest,
        name: fixedName,
      })
      if (!controller.signal.aborted) setPreviewId(id)
    } catch (error) {
      if (stop.current === controller && !controller.signal.aborted) setProblem(error)
    } finally {
      if (stop.current === controller) setSent(undefined)
    }
  }

  if (ingestionId) return <Outcome project={project} file={file} ingestion={ingestion} onAgain={reset} />
  if (!file)
    return (
      <Stack gap="sm">
        {problem ? <Problem error={problem} /> : null}
        <DropZone onFile={choose} />
      </Stack>
    )
  return (
    <Paper withBorder p="md" radius="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600}>
            {file.name}{' '}
            <Text span c="dimmed" fw={400} size="sm">
              {formatBytes(file.size)}
            </Text>
          </Text>
          <Button variant="default" size="compact-sm" onClick={reset}>
            {sent === undefined ? 'Choose another file' : 'Stop'}
          </Button>
        </Group>
        {problem ? <Problem error={problem} /> : null}
        <Group align="start" grow>
          <TextInput
            label="Dataset name"
            description="Use an existing name to add a new version."
            value={name}
            onChange={e => setName(e.currentTarget.value)}
            disabled={fixedName !== undefined}
            error={wrongName}
            required
          />
          <Checkbox
            mt={28}
            label="Append to the latest version"
            description="Otherwise replaces it."
            checked={append}
            onChange={e => setAppend(e.currentTarget.checked)}
          />
        </Group>
        {sent !== undefined && digest === undefined ? (
          <Progress value={sent * 100} aria-label="Sent" />
        ) : digest ? (
          <ReadySource
            project={project}
            previewId={previewId}
            source={{ name, fileName: file.name, digest, append }}
            disabled={name === '' || wrongName !== undefined}
            onAdded={setIngestionId}
          />
        ) : null}
      </Stack>
    </Paper>
  )
}

/** Progress and result of an ingestion. */
function Outcome({
  project,
  file,
  ingestion,
  onAgain,
}: {
  project: string
  file?: File
  ingestion?: Ingestion
  onAgain: () => void
}) {
  return (
    <Paper withBorder p="md" radius="md" aria-live="polite">
      {ingestion?.state === 'succeeded' ? (
        <Stack gap="xs">
          <Text fw={600}>
            {ingestion.created
              ? `${ingestion.dataset} v${ingestion.version} added: ${formatCount(ingestion.rows ?? 0, 'row')}, ${formatCount(ingestion.columns ?? 0, 'column')}.`
              : `Unchanged: the file is identical to ${ingestion.dataset} v${ingestion.version}.`}
          </Text>
          {ingestion.warnings.slice(0, 3).map(w => (
            <Text key={w} size="sm" c="dimmed">
              {w}
            </Text>
          ))}
          <Group>
            <Anchor component={Link} href={paths.dataset(project, ingestion.dataset)}>
              Open {ingestion.dataset}
            </Anchor>
            <Button variant="default" size="compact-sm" onClick={onAgain}>
              Add another file
            </Button>
          </Group>
        </Stack>
      ) : ingestion?.state === 'failed' ? (
        <Alert color="red" variant="light" title={`${file?.name} was not added.`} role="alert">
          <Text size="sm">{ingestion.reason}</Text>
          <Button mt="xs" size="compact-sm" variant="default" onClick={onAgain}>
            Choose another file
          </Button>
        </Alert>
      ) : (
        <Stack gap="xs">
          <Text size="sm">
            {ingestion?.state === 'running' ? `Reading ${file?.name}…` : 'Waiting for a free worker…'}
          </Text>
          <Progress value={100} animated aria-label="Reading the file" />
          <Text size="xs" c="dimmed">
            You can leave this page.
          </Text>
        </Stack>
      )}
    </Paper>
  )
}

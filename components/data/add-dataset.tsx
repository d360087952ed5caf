'use client'
import { Alert, Anchor, Button, Checkbox, Group, Paper, Progress, Stack, Text, TextInput } from '@mantine/core'
import Link from 'next/link'
import { datasetNameSchema } from '#server/data/contract.ts'
import { formatBytes, formatCount } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { ReadySource } from './add-ready.tsx'
import { type Ingestion, useIngestion } from './client.ts'
import { DropZone } from './drop-zone.tsx'
import { useUpload } from './use-upload.ts'

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
  const { upload, set, choose, reset } = useUpload(project, fixedName, onStart)
  const { file, name, append, sent, digest, previewId, problem, ingestionId } = upload
  const { data: ingestion } = useIngestion(project, ingestionId)
  const wrongName = name === '' ? undefined : datasetNameSchema.safeParse(name).error?.issues[0]?.message
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
        <NameFields upload={upload} set={set} fixed={fixedName !== undefined} wrong={wrongName} />
        {sent !== undefined && digest === undefined ? (
          <Progress value={sent * 100} aria-label="Sent" />
        ) : digest ? (
          <ReadySource
            project={project}
            previewId={previewId}
            source={{ name, fileName: file.name, digest, append }}
            disabled={name === '' || wrongName !== undefined}
            onAdded={id => set({ ingestionId: id })}
          />
        ) : null}
      </Stack>
    </Paper>
  )
}

function NameFields({
  upload,
  set,
  fixed,
  wrong,
}: Pick<ReturnType<typeof useUpload>, 'upload' | 'set'> & { fixed: boolean; wrong: string | undefined }) {
  return (
    <Group align="start" grow>
      <TextInput
        label="Dataset name"
        description="Use an existing name to add a new version."
        value={upload.name}
        onChange={e => set({ name: e.currentTarget.value })}
        disabled={fixed}
        error={wrong}
        required
      />
      <Checkbox
        mt={28}
        label="Append to the latest version"
        description="Otherwise replaces it."
        checked={upload.append}
        onChange={e => set({ append: e.currentTarget.checked })}
      />
    </Group>
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

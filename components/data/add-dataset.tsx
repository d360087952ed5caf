'use client'
import { Alert, Button, Checkbox, Group, Paper, Progress, Stack, Text, TextInput } from '@mantine/core'
import { datasetNameSchema } from '#server/data/contract.ts'
import type { ReadingOptions } from '#tables/read/contract.ts'
import { formatBytes } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { ReadySource } from './add-ready.tsx'
import { type Ingestion, useDatasets, useIngestion } from './client.ts'
import { DropZone } from './drop-zone.tsx'
import { NextSteps } from './next-steps.tsx'
import { mendsFor } from './reading-form.ts'
import { MendButtons } from './reading-section.tsx'
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
  const { file, name, append, reading, sent, digest, problem, ingestionId } = upload
  const { data: ingestion } = useIngestion(project, ingestionId)
  const { data: datasets } = useDatasets(project)
  const newest = datasets?.items.find(d => d.dataset === name)
  const wrongName = name === '' ? undefined : datasetNameSchema.safeParse(name).error?.issues[0]?.message
  if (ingestionId)
    return (
      <Outcome
        project={project}
        file={file}
        ingestion={ingestion}
        onAgain={reset}
        onReading={change => set({ ingestionId: undefined, reading: { ...reading, ...change } })}
      />
    )
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
        <NameFields
          upload={upload}
          set={set}
          fixed={fixedName !== undefined}
          wrong={wrongName}
          version={newest?.version}
        />
        {sent !== undefined && digest === undefined ? (
          <Progress value={sent * 100} aria-label="Sent" />
        ) : digest && datasets ? (
          <ReadySource
            project={project}
            version={newest?.version}
            source={{ name, fileName: file.name, digest, append: append && newest !== undefined, reading }}
            onReading={next => set({ reading: next })}
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
  version,
}: Pick<ReturnType<typeof useUpload>, 'upload' | 'set'> & {
  fixed: boolean
  wrong: string | undefined
  /** The newest version, if there is a dataset of this name. */
  version: number | undefined
}) {
  return (
    <Group align="start" grow>
      <TextInput
        label="Dataset name"
        description={
          version === undefined
            ? 'Use an existing name to add a new version.'
            : `Exists: this file becomes version ${version + 1}. Target and schema overrides are kept.`
        }
        value={upload.name}
        onChange={e => set({ name: e.currentTarget.value })}
        disabled={fixed}
        error={wrong}
        required
      />
      {version === undefined ? null : (
        <Checkbox
          mt={28}
          label={`Append to the rows of v${version}`}
          description="Otherwise the file replaces them."
          checked={upload.append}
          onChange={e => set({ append: e.currentTarget.checked })}
        />
      )}
    </Group>
  )
}

/** Progress and result of an ingestion. */
function Outcome({
  project,
  file,
  ingestion,
  onAgain,
  onReading,
}: {
  project: string
  file?: File
  ingestion?: Ingestion
  onAgain: () => void
  /** Reviews the same file under other reading options. */
  onReading: (change: ReadingOptions) => void
}) {
  return (
    <Paper withBorder p="md" radius="md" aria-live="polite">
      {ingestion?.state === 'succeeded' ? (
        <NextSteps
          project={project}
          ingestion={ingestion}
          unchanged={`Unchanged: the file is identical to ${ingestion.dataset} v${ingestion.version}.`}
        >
          <Button variant="default" size="compact-sm" onClick={onAgain}>
            Add another file
          </Button>
        </NextSteps>
      ) : ingestion?.state === 'failed' ? (
        <Alert color="red" variant="light" title={`${file?.name} was not added.`} role="alert">
          <Text size="sm">{ingestion.reason}</Text>
          <Group mt="xs" gap="xs">
            <MendButtons mends={mendsFor(ingestion.offer)} onChoose={onReading} />
            <Button size="compact-sm" variant="default" onClick={onAgain}>
              Choose another file
            </Button>
          </Group>
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

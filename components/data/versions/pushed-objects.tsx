import { Alert, Anchor, Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isActive } from '#server/kernel/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { useTRPC } from '../../trpc.ts'
import { bytesColumn, type DataColumn, dateColumn, numberColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useIngestion } from '../client.ts'
import { usePushed } from './client.ts'

type Pushed = NonNullable<ReturnType<typeof usePushed>['data']>['items'][number]

/** Objects pushed by `git lfs push` for this dataset; each can be added as its next version. */
export function PushedObjects({
  project,
  dataset,
  onChoose,
}: {
  project: string
  dataset: string
  onChoose: (version: number) => void
}) {
  const { data } = usePushed(project, dataset)
  const add = useMutation(useTRPC().data.add.mutationOptions())
  const { data: ingestion } = useIngestion(project, add.data?.id)
  const busy = add.isPending || isActive(ingestion?.state)
  if (!data || data.items.length === 0) return <PushHint project={project} dataset={dataset} />
  const columns: DataColumn<Pushed>[] = [
    textColumn('digest', 'SHA-256', o => o.digest.slice(0, 12), { mono: true, title: o => o.digest }),
    bytesColumn('size', 'Size', o => o.bytes),
    dateColumn('pushed', 'Pushed', o => o.pushedAt),
    textColumn('by', 'By', o => o.pushedBy, { dimmed: true }),
    numberColumn('version', 'Version', o => o.version, {
      align: undefined,
      cell: o =>
        o.version !== null ? (
          <VersionLink version={o.version} onChoose={onChoose} />
        ) : (
          <Allowed project={project} to="data:write">
            <AddButton
              digest={o.digest}
              disabled={busy}
              onAdded={() =>
                add.mutate({
                  project,
                  name: dataset,
                  fileName: `Git LFS object ${o.digest.slice(0, 12)}`,
                  digest: o.digest,
                })
              }
            />
          </Allowed>
        ),
    }),
  ]
  return (
    <>
      <DataTable
        id="pushed-objects"
        label="Pushed with Git LFS"
        title="Pushed with Git LFS"
        note="newest first"
        columns={columns}
        rows={data.items}
        rowKey={o => o.digest}
        footer={busy ? <Reading /> : null}
      />
      {add.error ? <Problem error={add.error} /> : null}
      {ingestion?.state === 'failed' ? <Refused reason={ingestion.reason} /> : null}
    </>
  )
}

function VersionLink({ version, onChoose }: { version: number; onChoose: (version: number) => void }) {
  return (
    <Anchor component="button" type="button" size="sm" ff="monospace" onClick={() => onChoose(version)}>
      v{version}
    </Anchor>
  )
}

function Refused({ reason }: { reason: ReactNode }) {
  return (
    <Alert color="red" variant="light" role="alert" title="No version was added.">
      {reason}
    </Alert>
  )
}

function Reading() {
  return (
    <Text size="sm" c="dimmed" p="md" role="status">
      Reading it as the next version…
    </Text>
  )
}

function AddButton({ digest, disabled, onAdded }: { digest: string; disabled: boolean; onAdded: () => void }) {
  return (
    <Button
      variant="default"
      size="compact-xs"
      disabled={disabled}
      aria-label={`Add ${digest.slice(0, 12)} as a version`}
      onClick={onAdded}
    >
      Add as version
    </Button>
  )
}

/** How to push a repository's large files. */
function PushHint({ project, dataset }: { project: string; dataset: string }) {
  return (
    <Panel title="From Git">
      <Text size="sm" c="dimmed" maw={680}>
        A repository that tracks this dataset with Git LFS can push its files here: set <code>lfs.url</code> to this
        server’s address with <code>{`/lfs/${project}/${dataset}`}</code>; the password is an API token. DVC remotes are
        at <code>{`/dvc/${project}`}</code>.
      </Text>
    </Panel>
  )
}

import { Alert, Anchor, Button, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { Allowed } from '../../access/allowed.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddDataset, useIngestion } from '../client.ts'
import { formatBytes } from '../labels.ts'
import { usePushed } from './client.ts'

/** What `git lfs push` brought for this dataset; each can become its next version. */
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
  const add = useAddDataset(project)
  const [started, setStarted] = useState<string>()
  const { data: ingestion } = useIngestion(project, started)
  const busy = add.isPending || ingestion?.state === 'queued' || ingestion?.state === 'running'
  if (!data || data.items.length === 0) return <PushHint project={project} dataset={dataset} />
  return (
    <Panel title="Pushed with Git LFS" note="newest first" flush>
      <Table horizontalSpacing="md" style={{ fontVariantNumeric: 'tabular-nums' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>SHA-256</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Pushed</Table.Th>
            <Table.Th>By</Table.Th>
            <Table.Th>Version</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(o => (
            <Table.Tr key={o.digest}>
              <Table.Td ff="monospace" title={o.digest}>
                {o.digest.slice(0, 12)}
              </Table.Td>
              <Table.Td ta="right">{formatBytes(o.bytes)}</Table.Td>
              <Table.Td c="dimmed">
                <Time at={o.pushedAt} />
              </Table.Td>
              <Table.Td c="dimmed">{o.pushedBy}</Table.Td>
              <Table.Td>
                {o.version !== null ? (
                  <Anchor
                    component="button"
                    type="button"
                    size="sm"
                    ff="monospace"
                    onClick={() => onChoose(o.version!)}
                  >
                    v{o.version}
                  </Anchor>
                ) : (
                  <Allowed project={project} to="data:write">
                    <Button
                      variant="default"
                      size="compact-xs"
                      disabled={busy}
                      onClick={() =>
                        add.mutate(
                          { name: dataset, fileName: `Git LFS object ${o.digest.slice(0, 12)}`, digest: o.digest },
                          { onSuccess: made => setStarted(made.id) },
                        )
                      }
                    >
                      Make a version
                    </Button>
                  </Allowed>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {add.error ? <Problem error={add.error} /> : null}
      {ingestion?.state === 'failed' ? (
        <Alert m="md" color="red" variant="light" role="alert" title="No version was made of it.">
          {ingestion.reason}
        </Alert>
      ) : null}
      {busy ? (
        <Text size="sm" c="dimmed" p="md" role="status">
          It is being read as the next version …
        </Text>
      ) : null}
    </Panel>
  )
}

/** How a repository's large files come here. */
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

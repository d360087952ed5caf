'use client'
import { Alert, Button, Group, List, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { DeletionPreview, DependentCount } from '#server/data/storage/contract.ts'
import { type RouterOutputs, useTRPC } from '../../trpc.ts'
import { formatBytes, formatCount } from '../../ui/format.ts'
import { notify } from '../../ui/notify.ts'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/problem.tsx'
import { useDeletion } from './use-deletion.ts'

type Deleted = RouterOutputs['data']['storage']['delete']

const VERBS: Record<string, string> = {
  'trained-on': 'trained on it',
  'measured-on': 'measured on it',
  'made-from': 'made from it',
}
const formatDependent = ({ kind, relation, count }: DependentCount) =>
  `${formatCount(count, kind.replaceAll('-', ' '))} ${VERBS[relation] ?? relation.replaceAll('-', ' ')}`

function Consequences({ preview }: { preview: DeletionPreview }) {
  const used = preview.versions.filter(v => v.usedBy.length > 0)
  const stay = preview.versions.some(v => v.bytesStay)
  return (
    <Stack gap="sm">
      <Text size="sm">
        {preview.wholeDataset
          ? `${preview.dataset} goes with ${formatCount(preview.versions.length, 'version')}.`
          : `${preview.dataset} v${preview.versions[0]?.version} is deleted; other versions are kept.`}{' '}
        For {preview.restoreHours} hours an owner can have it back; then {formatBytes(preview.freesBytes)} are freed.
      </Text>
      {used.length > 0 ? (
        <div>
          <Text size="sm" fw={600}>
            Dependents
          </Text>
          <List size="sm">
            {used.map(v => (
              <List.Item key={v.version}>
                v{v.version}: {v.usedBy.map(formatDependent).join(', ')}
              </List.Item>
            ))}
          </List>
        </div>
      ) : (
        <Text size="sm" c="dimmed">
          No dependents.
        </Text>
      )}
      {stay ? (
        <Text size="sm" c="dimmed">
          Rows that runs and evaluations used or that another version shares are kept; the version is no longer listed
          and cannot be trained on.
        </Text>
      ) : null}
      {preview.runningJobs.length > 0 ? (
        <Alert color="yellow" title="In use">
          {preview.runningJobs.join('; ')}. Wait until it finishes or cancel it.
        </Alert>
      ) : null}
    </Stack>
  )
}

/** Reports the deletion with a way back. */
function announce(gone: Deleted, onRestore: () => void) {
  void notify({
    title: gone.datasetGone ? `${gone.dataset} was deleted` : `${gone.dataset} v${gone.versions[0]} was deleted`,
    message: <RestoreButton onRestore={onRestore} />,
    autoClose: 20_000,
  })
}

/** What a deletion would hurt, before anything is deleted. */
export function DeleteDialog({
  project,
  target,
  onClose,
}: {
  project: string
  /** `name` or `name@3`; undefined: closed. */
  target: string | undefined
  onClose: () => void
}) {
  const trpc = useTRPC()
  const router = useRouter()
  const deletion = useDeletion(project)
  const restore = useMutation(trpc.data.storage.restore.mutationOptions())
  const {
    data: preview,
    error,
    refetch,
  } = useQuery(
    trpc.data.storage.preview.queryOptions(
      { project, dataset: target ?? '' },
      { enabled: target !== undefined && !deletion.isSuccess, staleTime: 0, retry: false },
    ),
  )
  const close = () => {
    deletion.reset()
    onClose()
  }
  const [name, number] = (target ?? '').split('@')
  const confirm = () =>
    deletion.mutate(target!, {
      onSuccess: gone => {
        close()
        announce(gone, () => restore.mutate({ project, dataset: target! }))
        // The page may show the version that went.
        router.push(gone.datasetGone ? paths.data(project) : paths.dataset(project, gone.dataset, { tab: 'settings' }))
      },
    })
  return (
    <Modal
      opened={target !== undefined}
      onClose={close}
      title={number ? `Delete version ${number} of ${name}` : `Delete ${name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
        {deletion.error ? <Problem error={deletion.error} /> : null}
        {preview ? (
          <Consequences preview={preview} />
        ) : error ? null : (
          <Skeleton height={90} aria-label="Loading dependents" />
        )}
        <Buttons
          isBlocked={!preview || preview.runningJobs.length > 0}
          isPending={deletion.isPending}
          onConfirm={confirm}
          onClose={close}
        />
      </Stack>
    </Modal>
  )
}

function Buttons({
  isBlocked,
  isPending,
  onConfirm,
  onClose,
}: {
  isBlocked: boolean
  isPending: boolean
  onConfirm: () => void
  onClose: () => void
}) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose} data-autofocus>
        Keep it
      </Button>
      <Button color="red" variant="light" onClick={onConfirm} loading={isPending} disabled={isBlocked}>
        Delete
      </Button>
    </Group>
  )
}

function RestoreButton({ onRestore }: { onRestore: () => void }) {
  return (
    <Button size="compact-sm" variant="default" mt="xs" onClick={onRestore}>
      Restore
    </Button>
  )
}

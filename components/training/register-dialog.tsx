import { Autocomplete, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'

/** Makes a run a version of a model, and goes there. */
export function RegisterDialog({
  project,
  run,
  suggested,
  opened,
  onClose,
}: {
  project: string
  run: { run: string; number: number; trainer: string }
  suggested: string
  opened: boolean
  onClose: () => void
}) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const models = useQuery({ ...trpc.registry.list.queryOptions({ project }), enabled: opened }).data?.items ?? []
  const [name, setName] = useState(suggested)
  const [note, setNote] = useState('')
  const register = useMutation(
    trpc.registry.register.mutationOptions({
      onSuccess: async ({ model }) => {
        await queries.invalidateQueries(trpc.registry.pathFilter())
        router.push(paths.model(project, model))
      },
    }),
  )
  const known = models.find(m => m.model === name.trim())
  return (
    <Modal
      closeButtonProps={{ 'aria-label': 'Close' }}
      opened={opened}
      onClose={onClose}
      title={`Register run #${run.number}`}
      centered
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          register.mutate({ project, run: run.run, name: name.trim(), note: note.trim() || undefined })
        }}
      >
        <Stack gap="sm">
          <Autocomplete
            label="Model"
            description="A new name makes a new model; a known one gets its next version."
            data={models.map(m => m.model)}
            value={name}
            onChange={setName}
            required
            data-autofocus
          />
          <Textarea
            label="Note"
            placeholder="What is new about it?"
            value={note}
            onChange={e => setNote(e.currentTarget.value)}
            autosize
            minRows={2}
          />
          <Text size="sm" c="dimmed">
            {name.trim() === ''
              ? 'Name the model.'
              : known
                ? `Becomes version ${known.latestVersion + 1} of ${known.model}${known.champion === null ? '' : `; v${known.champion} stays in use until another is promoted`}.`
                : `Becomes version 1 of a new model. It answers nothing until it is promoted.`}
          </Text>
          {register.error ? <Problem error={register.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={register.isPending || register.isSuccess} disabled={name.trim() === ''}>
              Register
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

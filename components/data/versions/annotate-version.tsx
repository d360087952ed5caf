import { ActionIcon, Button, Group, Modal, Stack, TagsInput, Textarea } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { MAX_NOTE, tagSchema, type VersionDetail } from '#server/data/versions/contract.ts'
import { Problem } from '../../ui/problem.tsx'
import { useAnnotate } from './client.ts'

/** Why a version exists and what people call it. */
export function AnnotateVersion({
  project,
  dataset,
  version,
}: {
  project: string
  dataset: string
  version: VersionDetail
}) {
  const [open, setOpen] = useState(false)
  const [note, setNote] = useState(version.note)
  const [tags, setTags] = useState(version.tags)
  const annotate = useAnnotate(project)
  const wrong = tags.find(tag => !tagSchema.safeParse(tag).success)
  const begin = () => {
    setNote(version.note)
    setTags(version.tags)
    annotate.reset()
    setOpen(true)
  }
  return (
    <>
      <ActionIcon variant="subtle" color="gray" aria-label={`Note and tags of v${version.version}`} onClick={begin}>
        <IconPencil size={16} stroke={1.75} aria-hidden />
      </ActionIcon>
      <Modal
        closeButtonProps={{ 'aria-label': 'Close' }}
        opened={open}
        onClose={() => setOpen(false)}
        title={`Note and tags of ${dataset} v${version.version}`}
      >
        <form
          onSubmit={e => {
            e.preventDefault()
            annotate.mutate(
              { dataset: `${dataset}@${version.version}`, note, tags },
              { onSuccess: () => setOpen(false) },
            )
          }}
        >
          <Stack gap="md">
            <Textarea
              label="Note"
              description="Why it was made, what is special about it."
              autosize
              minRows={3}
              maxRows={10}
              maxLength={MAX_NOTE}
              value={note}
              onChange={e => setNote(e.currentTarget.value)}
              data-autofocus
            />
            <TagsInput
              label="Tags"
              description="Enter ends one."
              value={tags}
              onChange={setTags}
              maxTags={20}
              error={
                wrong === undefined
                  ? null
                  : `“${wrong}” cannot be a tag: letters, digits and . _ / - within, at most 40.`
              }
            />
            {annotate.error ? <Problem error={annotate.error} /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpen(false)}>
                Cancel
              </Button>
              <Button type="submit" loading={annotate.isPending} disabled={wrong !== undefined}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { resourceNameSchema } from '#server/access/contract.ts'

/** Asks for the dataset that gets the answer as its next version. */
export function SaveAnswer({
  dataset,
  disabled,
  onSave,
}: {
  dataset: string
  disabled: boolean
  onSave: (saveAs: string) => void
}) {
  const [open, setOpen] = useState(false)
  const [name, setName] = useState(`${dataset}-query`)
  const checked = resourceNameSchema.safeParse(name)
  const save = () => {
    if (!checked.success) return
    setOpen(false)
    onSave(checked.data)
  }
  return (
    <>
      <Button variant="default" disabled={disabled} onClick={() => setOpen(true)}>
        Save as a version …
      </Button>
      <Modal
        closeButtonProps={{ 'aria-label': 'Close' }}
        opened={open}
        onClose={() => setOpen(false)}
        title="Save the whole answer as a dataset version"
      >
        <form
          onSubmit={e => {
            e.preventDefault()
            save()
          }}
        >
          <Stack gap="md">
            <TextInput
              label="Dataset"
              description={`Its next version gets the rows. “${dataset}” itself may be chosen, too.`}
              value={name}
              onChange={e => setName(e.currentTarget.value)}
              error={checked.success ? null : checked.error.issues[0]?.message}
              data-autofocus
            />
            <Text size="sm" c="dimmed">
              The query runs again over this version, without the limit of rows that the page has.
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpen(false)}>
                Cancel
              </Button>
              <Button type="submit" disabled={!checked.success}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}

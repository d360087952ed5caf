import { Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { FormDialog } from '../../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../../ui/schema-form/schema-form.tsx'

const saveForm = z.object({
  name: resourceNameSchema.meta({ title: 'Dataset', description: 'Use an existing name to add a new version.' }),
})

/** Saves the whole result of a query as a dataset version. */
export function SaveAnswer({
  dataset,
  disabled,
  onSave,
}: {
  dataset: string
  disabled: boolean
  onSave: (saveAs: string) => void
}) {
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button variant="default" disabled={disabled} onClick={open}>
        Save as version…
      </Button>
      <FormDialog title="Save result as dataset version" opened={opened} onClose={close}>
        <SchemaForm
          schema={saveForm}
          initial={{ name: `${dataset}-query` }}
          onSubmit={({ name }) => {
            close()
            onSave(name)
          }}
          submit="Save"
          onCancel={close}
          focusFirst
        >
          {() => (
            <Text size="sm" c="dimmed">
              The query runs again on this version, without the row limit of the preview.
            </Text>
          )}
        </SchemaForm>
      </FormDialog>
    </>
  )
}

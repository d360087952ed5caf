import { ActionIcon } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { annotateInput, type VersionDetail } from '#server/data/versions/contract.ts'
import { useTRPC } from '../../trpc.ts'
import { FormDialog } from '../../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../../ui/schema-form/schema-form.tsx'

const noteAndTags = annotateInput.omit({ dataset: true })

/** Edits the note and tags of a version. */
export function AnnotateVersion({
  project,
  dataset,
  version,
}: {
  project: string
  dataset: string
  version: VersionDetail
}) {
  const [opened, { open, close }] = useDisclosure()
  const annotate = useMutation(useTRPC().data.versions.annotate.mutationOptions())
  const ref = `${dataset}@${version.version}`
  return (
    <>
      <ActionIcon variant="subtle" color="gray" aria-label={`Note and tags of v${version.version}`} onClick={open}>
        <IconPencil size={16} stroke={1.75} aria-hidden />
      </ActionIcon>
      <FormDialog title={`Note and tags of ${dataset} v${version.version}`} opened={opened} onClose={close}>
        <SchemaForm
          schema={noteAndTags}
          initial={{ note: version.note, tags: version.tags }}
          error={annotate.error}
          onSubmit={({ note = '', tags = [] }) =>
            annotate.mutate({ project, dataset: ref, note, tags }, { onSuccess: close })
          }
          submit="Save"
          busy={annotate.isPending}
          onCancel={close}
          focusFirst
        />
      </FormDialog>
    </>
  )
}

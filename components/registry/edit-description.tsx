import { Anchor, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'

/** The description of a model, edited in place. */
export function EditDescription({
  project,
  model,
  description,
}: {
  project: string
  model: string
  description: string
}) {
  const [isEditing, editing] = useDisclosure()
  const [text, setText] = useState(description)
  const describe = useMutation(useTRPC().registry.describe.mutationOptions({ onSuccess: editing.close }))
  if (!isEditing)
    return (
      <Text size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
        {description}{' '}
        <Allowed project={project} to="registry:write">
          <Anchor component="button" type="button" size="sm" underline="always" onClick={editing.open}>
            {description ? 'Edit description' : 'Add a description'}
          </Anchor>
        </Allowed>
      </Text>
    )
  return (
    <Stack gap="xs" maw={760}>
      <Textarea
        aria-label={`Description of ${model}`}
        autosize
        minRows={2}
        maxLength={10_000}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
        data-autofocus
      />
      {describe.error ? <Problem error={describe.error} /> : null}
      <Group gap="xs">
        <Button
          loading={describe.isPending}
          onClick={() => describe.mutate({ project, model, description: text.trim() })}
        >
          Save
        </Button>
        <Button variant="default" onClick={editing.close}>
          Cancel
        </Button>
      </Group>
    </Stack>
  )
}

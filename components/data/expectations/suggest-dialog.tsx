import { Button, Checkbox, Group, Modal, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { CHECK_WORDS } from '#server/data/expectations/contract.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { formatCount } from '../../ui/format.ts'
import { Problem } from '../../ui/problem.tsx'
import { isMoving, type ShownSuggestion, useSuggestions } from './client.ts'
import { describeExpectation } from './labels.ts'

const keyOf = (s: ShownSuggestion) => `${s.type} ${s.column ?? ''}`

interface SuggestProps {
  project: string
  dataset: string
  saving: boolean
  error: unknown
  onApply: (chosen: ShownSuggestion[]) => void
  onClose: () => void
}

/** What the profile suggests, each with its reason; the person chooses what is taken. */
export function SuggestDialog({ opened, ...props }: SuggestProps & { opened: boolean }) {
  return (
    <Modal
      opened={opened}
      onClose={props.onClose}
      size="xl"
      title={`What the profile of ${props.dataset} suggests`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened ? <Suggestions {...props} /> : null}
    </Modal>
  )
}

function Suggestions({ project, dataset, saving, error, onApply, onClose }: SuggestProps) {
  const found = useSuggestions(project, dataset)
  // Everything is chosen until the person says otherwise.
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  if (found.error && !found.data) return <Problem error={found.error} onRetry={() => found.refetch()} />
  if (!found.data || isMoving(found.data.state))
    return <Skeleton height={240} radius="md" aria-label="The profile is being made" />
  const { suggestions, state, reason } = found.data
  if (state === 'failed')
    return (
      <EmptyState title="There is no profile to read them off">{reason ?? 'The profile could not be made.'}</EmptyState>
    )
  if (suggestions.length === 0)
    return (
      <EmptyState title="Nothing more to suggest">
        Everything that the profile of this version suggests is expected already.
      </EmptyState>
    )
  const chosen = suggestions.filter(s => !left.has(keyOf(s)))
  const toggle = (key: string) =>
    setLeft(before => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  return (
    <Stack gap="sm">
      {error ? <Problem error={error} /> : null}
      <Text size="sm" c="dimmed">
        Bounds are wide on purpose: this version passes all of them. Each can be changed later.
      </Text>
      <div style={{ overflowX: 'auto', position: 'relative' }}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Checkbox
                  aria-label="All of them"
                  checked={left.size === 0}
                  indeterminate={left.size > 0 && chosen.length > 0}
                  onChange={() => setLeft(left.size === 0 ? new Set(suggestions.map(keyOf)) : new Set())}
                />
              </Table.Th>
              <Table.Th>Column</Table.Th>
              <Table.Th>Expectation</Table.Th>
              <Table.Th>Why</Table.Th>
              <Table.Th>When it fails</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {suggestions.map(s => (
              <Table.Tr key={keyOf(s)}>
                <Table.Td>
                  <Checkbox
                    aria-label={`${CHECK_WORDS[s.type]}, ${s.column ?? 'table'}`}
                    checked={!left.has(keyOf(s))}
                    onChange={() => toggle(keyOf(s))}
                  />
                </Table.Td>
                <Table.Td fw={500}>{s.column ?? <Text c="dimmed">table</Text>}</Table.Td>
                <Table.Td>
                  {CHECK_WORDS[s.type]}
                  <Text size="xs" c="dimmed">
                    {describeExpectation(s)}
                  </Text>
                </Table.Td>
                <Table.Td fz="sm" c="dimmed">
                  {s.reason}
                </Table.Td>
                <Table.Td>{s.severity === 'block' ? 'blocks' : 'warns'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={chosen.length === 0} loading={saving} onClick={() => onApply(chosen)}>
          Add {formatCount(chosen.length, 'expectation')}
        </Button>
      </Group>
    </Stack>
  )
}

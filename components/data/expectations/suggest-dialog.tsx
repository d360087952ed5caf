import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { CHECK_WORDS } from '#server/data/expectations/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { type DataColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { formatCount } from '../../ui/format.ts'
import { Problem } from '../../ui/problem.tsx'
import { type ShownSuggestion, useSuggestions } from './client.ts'
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

/** Suggests expectations from the profile; the user chooses which to add. */
export function SuggestDialog({ opened, ...props }: SuggestProps & { opened: boolean }) {
  return (
    <Modal
      opened={opened}
      onClose={props.onClose}
      size="xl"
      title={`Expectations suggested for ${props.dataset}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened ? <Suggestions {...props} /> : null}
    </Modal>
  )
}

function Suggestions({ project, dataset, saving, error, onApply, onClose }: SuggestProps) {
  const found = useSuggestions(project, dataset)
  // All are selected at first.
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  if (found.error && !found.data) return <Problem error={found.error} onRetry={() => found.refetch()} />
  if (!found.data || isActive(found.data.state))
    return <Skeleton height={240} radius="md" aria-label="Computing the profile" />
  const { suggestions, state, reason } = found.data
  if (state === 'failed') return <EmptyState title="No profile">{reason ?? 'The profile failed.'}</EmptyState>
  if (suggestions.length === 0)
    return <EmptyState title="No new suggestions">All suggestions of this profile already exist.</EmptyState>
  const chosen = suggestions.filter(s => !left.has(keyOf(s)))
  return (
    <Stack gap="sm">
      {error ? <Problem error={error} /> : null}
      <Text size="sm" c="dimmed">
        Wide bounds; the current version passes. Each can be changed later.
      </Text>
      <DataTable
        id="suggestions"
        label="Suggested expectations"
        title="Suggestions"
        find="Search suggestions"
        columns={suggestionColumns}
        rows={suggestions}
        rowKey={keyOf}
        selection={{
          label: s => `${CHECK_WORDS[s.type]}, ${s.column ?? 'table'}`,
          selected: new Set(chosen.map(keyOf)),
          onSelect: keys => setLeft(new Set(suggestions.map(keyOf).filter(key => !keys.includes(key)))),
        }}
      />
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

const suggestionColumns: DataColumn<ShownSuggestion>[] = [
  textColumn('column', 'Column', s => s.column ?? 'table', {
    strong: true,
    facet: true,
    cell: s => s.column ?? <Text c="dimmed">table</Text>,
  }),
  textColumn('check', 'Expectation', s => `${CHECK_WORDS[s.type]} ${describeExpectation(s)}`, {
    wrap: true,
    cell: s => (
      <>
        {CHECK_WORDS[s.type]}
        <Text size="xs" c="dimmed">
          {describeExpectation(s)}
        </Text>
      </>
    ),
  }),
  textColumn('reason', 'Reason', s => s.reason, { wrap: true, dimmed: true, minWidth: 180 }),
  textColumn('severity', 'Severity', s => (s.severity === 'block' ? 'error' : 'warning'), { facet: true }),
]

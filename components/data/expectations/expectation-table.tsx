import { ActionIcon, Button, Group, Menu, Table, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { Fragment, useState } from 'react'
import { CHECK_WORDS } from '#server/data/expectations/contract.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import type { Result, ShownExpectation } from './client.ts'
import { describeExpectation, formatObserved } from './labels.ts'
import { OffendingRows } from './offending-rows.tsx'

const ROWS_AT_ONCE = 100

/** Failing first, those that block before the others; then as they were written. */
const rank = (e: ShownExpectation, result: Result | undefined) =>
  !result || result.passed ? 2 : e.severity === 'block' ? 0 : 1

export function ExpectationTable({
  expectations,
  results,
  may,
  onEdit,
  onChange,
  onDelete,
}: {
  expectations: ShownExpectation[]
  results: Result[]
  /** Whether the person may change them. */
  may: boolean
  onEdit: (e: ShownExpectation) => void
  onChange: (e: ShownExpectation) => void
  onDelete: (e: ShownExpectation) => void
}) {
  const [opened, setOpened] = useState<string>()
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  const found = new Map(results.map(r => [r.expectation, r]))
  const sorted = [...expectations].sort((a, b) => rank(a, found.get(a.id)) - rank(b, found.get(b.id)))
  return (
    <>
      <Table verticalSpacing={6} miw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Expectation</Table.Th>
            <Table.Th>Column</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Observed</Table.Th>
            <Table.Th>Limit</Table.Th>
            <Table.Th>When it fails</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.slice(0, limit).map(e => {
            const result = e.enabled ? found.get(e.id) : undefined
            const failed = result !== undefined && !result.passed
            const hasRows = failed && result.offending.length > 0
            return (
              <Fragment key={e.id}>
                <Table.Tr>
                  <Table.Td>
                    <Text size="sm" fw={500}>
                      {CHECK_WORDS[e.type]}
                    </Text>
                    <Text size="xs" c="dimmed" maw={340}>
                      {failed ? result.sentence : e.reason}
                    </Text>
                    {hasRows ? (
                      <Button
                        variant="subtle"
                        size="compact-xs"
                        aria-expanded={opened === e.id}
                        onClick={() => setOpened(opened === e.id ? undefined : e.id)}
                      >
                        {opened === e.id ? 'Hide rows' : 'Show rows'}
                      </Button>
                    ) : null}
                  </Table.Td>
                  <Table.Td>{e.column ?? <Text c="dimmed">table</Text>}</Table.Td>
                  <Table.Td>
                    <State enabled={e.enabled} result={result} />
                  </Table.Td>
                  <Table.Td style={{ fontVariantNumeric: 'tabular-nums' }}>
                    {result ? formatObserved(result) : '–'}
                  </Table.Td>
                  <Table.Td maw={240}>
                    <Text size="sm" lineClamp={2} title={result?.limit || describeExpectation(e)}>
                      {result?.limit || describeExpectation(e)}
                    </Text>
                  </Table.Td>
                  <Table.Td>{e.severity === 'block' ? 'blocks' : 'warns'}</Table.Td>
                  <Table.Td>
                    {may ? <Actions e={e} onEdit={onEdit} onChange={onChange} onDelete={onDelete} /> : null}
                  </Table.Td>
                </Table.Tr>
                {hasRows && opened === e.id ? (
                  <Table.Tr>
                    <Table.Td colSpan={7}>
                      <OffendingRows result={result} />
                    </Table.Td>
                  </Table.Tr>
                ) : null}
              </Fragment>
            )
          })}
        </Table.Tbody>
      </Table>
      {sorted.length > limit ? (
        <Group p="sm">
          <Button variant="default" onClick={() => setLimit(limit + ROWS_AT_ONCE)}>
            Show more of {sorted.length.toLocaleString('en')} expectations
          </Button>
        </Group>
      ) : null}
    </>
  )
}

function State({ enabled, result }: { enabled: boolean; result: Result | undefined }) {
  if (!enabled) return <StateBadge state="archived" label="off" />
  if (!result) return <StateBadge state="queued" label="not checked" />
  if (result.passed) return <StateBadge state="ok" label="holds" />
  return <StateBadge state={result.severity === 'block' ? 'failed' : 'warn'} label="fails" />
}

function Actions({
  e,
  onEdit,
  onChange,
  onDelete,
}: {
  e: ShownExpectation
  onEdit: (e: ShownExpectation) => void
  onChange: (e: ShownExpectation) => void
  onDelete: (e: ShownExpectation) => void
}) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Change “${CHECK_WORDS[e.type]}” of ${e.column ?? 'the table'}`}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onEdit(e)}>Edit</Menu.Item>
        <Menu.Item onClick={() => onChange({ ...e, severity: e.severity === 'block' ? 'warn' : 'block' })}>
          {e.severity === 'block' ? 'Only warn' : 'Let it block'}
        </Menu.Item>
        <Menu.Item onClick={() => onChange({ ...e, enabled: !e.enabled })}>
          {e.enabled ? 'Turn off' : 'Turn on'}
        </Menu.Item>
        <Menu.Item c="var(--mantine-color-error)" onClick={() => onDelete(e)}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

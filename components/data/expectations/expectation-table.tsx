import { ActionIcon, Button, Menu, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { CHECK_WORDS } from '#server/data/expectations/contract.ts'
import { actionColumn, type DataColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import type { Result, ShownExpectation } from './client.ts'
import { describeExpectation, formatObserved } from './labels.ts'
import { OffendingRows } from './offending-rows.tsx'

/** Failing ones first, blocking before warning; then in the order of the suite. */
const rank = (e: ShownExpectation, result: Result | undefined) =>
  !result || result.passed ? 2 : e.severity === 'block' ? 0 : 1

interface Row {
  e: ShownExpectation
  result: Result | undefined
  hasRows: boolean
}

interface Editing {
  onEdit: (e: ShownExpectation) => void
  onChange: (e: ShownExpectation) => void
  onDelete: (e: ShownExpectation) => void
}

export function ExpectationTable({
  expectations,
  results,
  may,
  title,
  note,
  actions,
  ...editing
}: {
  expectations: ShownExpectation[]
  results: Result[]
  /** Whether the person may change them. */
  may: boolean
  title: ReactNode
  note: ReactNode
  actions: ReactNode
} & Editing) {
  const [opened, setOpened] = useState<string>()
  const found = new Map(results.map(r => [r.expectation, r]))
  const rows = expectations
    .toSorted((a, b) => rank(a, found.get(a.id)) - rank(b, found.get(b.id)))
    .map((e): Row => {
      const result = e.enabled ? found.get(e.id) : undefined
      return { e, result, hasRows: result !== undefined && !result.passed && result.offending.length > 0 }
    })
  return (
    <DataTable
      id="expectations"
      label="Expectations"
      title={title}
      note={note}
      actions={actions}
      inUrl
      find="Search expectations"
      searchText={({ e }) => e.reason ?? ''}
      columns={expectationColumns(opened, setOpened, may ? editing : undefined)}
      rows={rows}
      rowKey={row => row.e.id}
      detail={({ e, result, hasRows }) =>
        hasRows && result && opened === e.id ? <OffendingRows result={result} /> : null
      }
      minWidth={760}
    />
  )
}

const stateOf = ({ e, result }: Row) =>
  !e.enabled ? 'off' : !result ? 'not checked' : !result.passed ? 'failed' : result.rows === 0 ? 'no values' : 'passed'

const expectationColumns = (
  opened: string | undefined,
  setOpened: (id: string | undefined) => void,
  editing: Editing | undefined,
): DataColumn<Row>[] => [
  textColumn('check', 'Expectation', ({ e }) => CHECK_WORDS[e.type], {
    wrap: true,
    maxWidth: 340,
    cell: row => <CheckCell row={row} isOpen={opened === row.e.id} onOpen={setOpened} />,
  }),
  textColumn('column', 'Column', ({ e }) => e.column ?? 'table', {
    facet: true,
    cell: ({ e }) => e.column ?? <Text c="dimmed">table</Text>,
  }),
  textColumn('state', 'State', stateOf, {
    facet: true,
    cell: ({ e, result }) => <State enabled={e.enabled} result={result} />,
  }),
  textColumn('observed', 'Observed', ({ result }) => (result ? formatObserved(result) : null)),
  textColumn('limit', 'Limit', ({ e, result }) => result?.limit || describeExpectation(e), {
    wrap: true,
    maxWidth: 240,
    cell: ({ e, result }) => (
      <Text size="sm" lineClamp={2} title={result?.limit || describeExpectation(e)}>
        {result?.limit || describeExpectation(e)}
      </Text>
    ),
  }),
  textColumn('severity', 'Severity', ({ e }) => (e.severity === 'block' ? 'error' : 'warning'), { facet: true }),
  actionColumn(({ e }) => (editing ? <Actions e={e} {...editing} /> : null)),
]

function CheckCell({
  row: { e, result, hasRows },
  isOpen,
  onOpen,
}: {
  row: Row
  isOpen: boolean
  onOpen: (id: string | undefined) => void
}) {
  return (
    <>
      <Text size="sm" fw={500}>
        {CHECK_WORDS[e.type]}
      </Text>
      <Text size="xs" c="dimmed">
        {result && !result.passed ? result.sentence : e.reason}
      </Text>
      {hasRows ? (
        <Button
          variant="subtle"
          size="compact-xs"
          aria-expanded={isOpen}
          onClick={() => onOpen(isOpen ? undefined : e.id)}
        >
          {isOpen ? 'Hide rows' : 'Show rows'}
        </Button>
      ) : null}
    </>
  )
}

function State({ enabled, result }: { enabled: boolean; result: Result | undefined }) {
  if (!enabled) return <StateBadge state="archived" label="off" />
  if (!result) return <StateBadge state="queued" label="not checked" />
  if (result.passed && result.rows === 0) return <StateBadge state="unknown" label="no values" />
  if (result.passed) return <StateBadge state="ok" label="passed" />
  return <StateBadge state={result.severity === 'block' ? 'failed' : 'warn'} label="failed" />
}

function Actions({ e, onEdit, onChange, onDelete }: { e: ShownExpectation } & Editing) {
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
          {e.severity === 'block' ? 'Make it a warning' : 'Make it an error'}
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

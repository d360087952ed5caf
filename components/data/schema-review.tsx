import { Alert, Button, Group, Paper, Select, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { COLUMN_ROLES, type ColumnRole, type ColumnType, typesFor } from '#server/data/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { Problem } from '../ui/problem.tsx'
import { type Shown, useReviewSchema } from './client.ts'
import { countWords, shareWords } from './words.ts'

type Change = { type?: ColumnType; role?: ColumnRole }
const ROWS_AT_ONCE = 100

/** What each column means and why we think so; a person's decision holds for this version and the ones to come. */
export function SchemaReview({ project, shown }: { project: string; shown: Shown }) {
  const [changes, setChanges] = useState<Record<string, Change>>({})
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  const review = useReviewSchema(project)
  const newest = shown.versions[0]?.version === shown.version
  const changed = shown.schema.flatMap(c => {
    const change = changes[c.name]
    const type = change?.type !== undefined && change.type !== c.type ? change.type : undefined
    const role = change?.role !== undefined && change.role !== c.role ? change.role : undefined
    return type || role ? [{ name: c.name, type, role }] : []
  })
  const change = (name: string, next: Change) =>
    setChanges(before => {
      const after = { ...before, [name]: { ...before[name], ...next } }
      // There is one target and one time: the column that had the role before becomes a feature.
      if (next.role === 'target' || next.role === 'time')
        for (const c of shown.schema)
          if (c.name !== name && (after[c.name]?.role ?? c.role) === next.role)
            after[c.name] = { ...after[c.name], role: 'feature' }
      return after
    })
  const save = () =>
    review.mutate(
      { dataset: `${shown.dataset}@${shown.version}`, columns: changed },
      { onSuccess: () => setChanges({}) },
    )
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Types and roles are guesses until you decide. A decision holds for the versions to come; the bytes stay as
          they are.
        </Text>
        <Allowed project={project} to="data:write">
          <Group gap="xs">
            <Button variant="default" disabled={changed.length === 0} onClick={() => setChanges({})}>
              Undo
            </Button>
            <Button disabled={changed.length === 0} loading={review.isPending} onClick={save}>
              {changed.length === 0 ? 'Nothing changed' : `Save ${countWords(changed.length, 'change')}`}
            </Button>
          </Group>
        </Allowed>
      </Group>
      {newest ? null : (
        <Alert color="orange" variant="light">
          This is an older version: the next one takes its decisions from v{shown.versions[0]?.version}.
        </Alert>
      )}
      {review.error ? <Problem error={review.error} /> : null}
      <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>Type</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th ta="right">Missing</Table.Th>
              <Table.Th ta="right">Distinct</Table.Th>
              <Table.Th>Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.schema.slice(0, limit).map(c => {
              const types = typesFor(c)
              return (
                <Table.Tr key={c.name}>
                  <Table.Td fw={500}>{c.name}</Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={`Type of ${c.name}`}
                      size="xs"
                      w={120}
                      allowDeselect={false}
                      data={types.includes(c.type) ? [...types] : [c.type, ...types]}
                      value={changes[c.name]?.type ?? c.type}
                      onChange={value => value && change(c.name, { type: value })}
                    />
                  </Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={`Role of ${c.name}`}
                      size="xs"
                      w={110}
                      allowDeselect={false}
                      data={[...COLUMN_ROLES]}
                      value={changes[c.name]?.role ?? c.role}
                      onChange={value => value && change(c.name, { role: value })}
                    />
                  </Table.Td>
                  <Table.Td ta="right">{c.missing === 0 ? 'none' : shareWords(c.missing, shown.rows)}</Table.Td>
                  <Table.Td ta="right">{c.distinct.toLocaleString('en')}</Table.Td>
                  <Table.Td c="dimmed" fz="sm">
                    {c.reason}
                    {c.clock === 'instant' ? ', instants' : c.clock ? ', wall clock' : ''}
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Paper>
      {shown.schema.length > limit ? (
        <Button variant="default" onClick={() => setLimit(limit + ROWS_AT_ONCE)}>
          Show more of {countWords(shown.schema.length, 'column')}
        </Button>
      ) : null}
    </Stack>
  )
}

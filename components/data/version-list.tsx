import { Anchor, Badge, Paper, Table } from '@mantine/core'
import type { Shown } from './client.ts'
import { bytesWords, timeWords } from './words.ts'

/** Every version, newest first, with what changed in size. */
export function VersionList({
  versions,
  current,
  onChoose,
}: {
  versions: Shown['versions']
  current: number
  onChoose: (version: number) => void
}) {
  return (
    <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th ta="right">Rows</Table.Th>
            <Table.Th ta="right">Against before</Table.Th>
            <Table.Th ta="right">Columns</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Digest</Table.Th>
            <Table.Th>Added</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map((v, i) => {
            const before = versions[i + 1]
            const more = before ? v.rows - before.rows : 0
            return (
              <Table.Tr key={v.version}>
                <Table.Td>
                  <Anchor component="button" type="button" onClick={() => onChoose(v.version)} ff="monospace">
                    v{v.version}
                  </Anchor>{' '}
                  {v.version === current ? (
                    <Badge size="xs" variant="light">
                      shown
                    </Badge>
                  ) : null}
                </Table.Td>
                <Table.Td ta="right">{v.rows.toLocaleString('en')}</Table.Td>
                <Table.Td ta="right" c="dimmed">
                  {before
                    ? `${more > 0 ? '+' : more < 0 ? '−' : '±'}${Math.abs(more).toLocaleString('en')} rows`
                    : 'first'}
                </Table.Td>
                <Table.Td ta="right">{v.columns}</Table.Td>
                <Table.Td ta="right">{bytesWords(v.bytes)}</Table.Td>
                <Table.Td ff="monospace" c="dimmed">
                  {v.digest.slice(0, 12)}
                </Table.Td>
                <Table.Td c="dimmed">{timeWords(v.createdAt)}</Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

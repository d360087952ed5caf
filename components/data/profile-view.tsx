import { Alert, Badge, Button, Group, List, Paper, SimpleGrid, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import type { ColumnProfile } from '#server/data/contract.ts'
import type { Shown } from './client.ts'
import { Histogram, TopValues } from './mini-bars.tsx'
import { countWords, numberWords, shareWords } from './words.ts'

const CARDS_AT_ONCE = 48

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm">{value}</Text>
    </div>
  )
}

function ColumnCard({ column, rows }: { column: ColumnProfile; rows: number }) {
  const numeric = column.histogram.length > 0
  return (
    <Paper withBorder radius="md" p="md" component="article" aria-label={column.name}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600} truncate title={column.name}>
            {column.name}
          </Text>
          <Badge variant="default" size="sm" tt="none">
            {column.type}
          </Badge>
        </Group>
        {numeric ? <Histogram column={column} /> : <TopValues column={column} />}
        <SimpleGrid cols={3} spacing={6} verticalSpacing={4}>
          <Fact label="Missing" value={column.missing === 0 ? 'none' : shareWords(column.missing, rows)} />
          <Fact
            label="Distinct"
            value={`${column.distinctExact ? '' : 'about '}${column.distinct.toLocaleString('en')}`}
          />
          {numeric ? (
            <Fact label="Mean ± sd" value={`${numberWords(column.mean)} ± ${numberWords(column.sd)}`} />
          ) : (
            <Fact label="Present" value={column.count.toLocaleString('en')} />
          )}
          {numeric
            ? (['0.05', '0.5', '0.95'] as const).map(q => (
                <Fact
                  key={q}
                  label={q === '0.5' ? 'Median' : `${Number(q) * 100} % below`}
                  value={numberWords(column.quantiles[q] ?? null)}
                />
              ))
            : null}
        </SimpleGrid>
        {column.warnings.map(w => (
          <Text key={w} size="xs" c="orange.8">
            {w}
          </Text>
        ))}
      </Stack>
    </Paper>
  )
}

/** How every column is spread, and what to look at before training. */
export function ProfileView({ shown }: { shown: Shown }) {
  const [filter, setFilter] = useQueryState('find', parseAsString.withDefault(''))
  const [limit, setLimit] = useState(CARDS_AT_ONCE)
  const { profile } = shown
  const found = (profile?.columns ?? []).filter(c => c.name.toLowerCase().includes(filter.toLowerCase()))
  return (
    <Stack gap="md">
      {shown.warnings.length > 0 ? (
        <Alert color="orange" variant="light" title={`${countWords(shown.warnings.length, 'thing')} to look at`}>
          <List size="sm">
            {shown.warnings.slice(0, 20).map(w => (
              <List.Item key={w}>{w}</List.Item>
            ))}
          </List>
          {shown.warnings.length > 20 ? <Text size="sm">and {shown.warnings.length - 20} more.</Text> : null}
        </Alert>
      ) : null}
      {profile ? (
        <>
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {profile.duplicateRows === 0
                ? 'No row appears twice.'
                : `${countWords(profile.duplicateRows, 'row repeats', 'rows repeat')} another (${shareWords(profile.duplicateRows, profile.rows)}).`}
            </Text>
            <TextInput
              aria-label="Find a column"
              placeholder="Find a column"
              size="xs"
              value={filter}
              onChange={e => setFilter(e.currentTarget.value || null)}
            />
          </Group>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {found.slice(0, limit).map(c => (
              <ColumnCard key={c.name} column={c} rows={profile.rows} />
            ))}
          </SimpleGrid>
          {found.length === 0 ? <Text c="dimmed">No column has “{filter}” in its name.</Text> : null}
          {found.length > limit ? (
            <Button variant="default" onClick={() => setLimit(limit + CARDS_AT_ONCE)}>
              Show {Math.min(CARDS_AT_ONCE, found.length - limit)} of {found.length - limit} more
            </Button>
          ) : null}
        </>
      ) : shown.profileState === 'failed' ? (
        <Alert color="red" variant="light" title="The profile could not be made." role="alert">
          {shown.profileReason}
        </Alert>
      ) : (
        <Stack gap="xs" aria-live="polite">
          <Text size="sm" c="dimmed">
            The profile is being made; it appears here by itself.
          </Text>
          <Skeleton height={200} radius="md" />
        </Stack>
      )}
    </Stack>
  )
}

'use client'
import { SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconBucket, IconDatabase, IconFileUpload, IconWorld, type TablerIcon } from '@tabler/icons-react'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { Allowed } from '../../access/allowed.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { AddDataset } from '../add-dataset.tsx'
import { SourceForm } from './source-form.tsx'

const WAYS: { id: 'file' | 'url' | 'database' | 'objects'; label: string; words: string; icon: TablerIcon }[] = [
  { id: 'file', label: 'File', words: 'from this computer', icon: IconFileUpload },
  { id: 'url', label: 'URL or API', words: 'CSV, Parquet or JSON, also in pages', icon: IconWorld },
  { id: 'database', label: 'Database query', words: 'PostgreSQL, MySQL, MariaDB', icon: IconDatabase },
  { id: 'objects', label: 'Bucket', words: 'S3, Google Cloud, Azure', icon: IconBucket },
]

/** Four ways to a dataset; the chosen one is in the address. */
export function AddData({ project }: { project: string }) {
  const [way, setWay] = useQueryState('from', parseAsStringLiteral(WAYS.map(w => w.id)).withDefault('file'))
  return (
    <Stack gap="md">
      <PageHeader
        title="Add data"
        sentence="Where do the rows come from? What is fetched can be refreshed by itself; what has not changed makes no new version."
      />
      <Allowed project={project} to="data:write" explain>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" role="radiogroup" aria-label="Where the rows come from">
          {WAYS.map(({ id, label, words, icon: Icon }) => (
            <UnstyledButton
              key={id}
              role="radio"
              aria-checked={way === id}
              onClick={() => setWay(id)}
              p="sm"
              style={{
                borderRadius: 'var(--mantine-radius-md)',
                border: `1px solid ${way === id ? 'var(--mantine-primary-color-filled)' : 'var(--mantine-color-default-border)'}`,
                background: way === id ? 'var(--mantine-primary-color-light)' : 'var(--mantine-color-body)',
              }}
            >
              <Icon size={20} stroke={1.5} aria-hidden />
              <Text fw={600} size="sm">
                {label}
              </Text>
              <Text size="xs" c="dimmed">
                {words}
              </Text>
            </UnstyledButton>
          ))}
        </SimpleGrid>
        {way === 'file' ? <AddDataset project={project} /> : <SourceForm key={way} project={project} kind={way} />}
      </Allowed>
    </Stack>
  )
}

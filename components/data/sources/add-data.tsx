'use client'
import { SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconBucket, IconDatabase, IconFileUpload, IconWorld, type TablerIcon } from '@tabler/icons-react'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { Allowed } from '../../access/allowed.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { AddDataset } from '../add-dataset.tsx'
import { SourceForm } from './source-form.tsx'

const WAYS: { id: 'file' | 'url' | 'database' | 'objects'; label: string; description: string; icon: TablerIcon }[] = [
  { id: 'file', label: 'File', description: 'from this computer', icon: IconFileUpload },
  { id: 'url', label: 'URL or API', description: 'CSV, Parquet or JSON; pagination supported', icon: IconWorld },
  { id: 'database', label: 'Database query', description: 'PostgreSQL, MySQL, MariaDB', icon: IconDatabase },
  { id: 'objects', label: 'Bucket', description: 'S3, Google Cloud, Azure', icon: IconBucket },
]

/** Adds a dataset from a file, a URL, a database or a bucket; the choice is in the URL. */
export function AddData({ project }: { project: string }) {
  const [way, setWay] = useQueryState('from', parseAsStringLiteral(WAYS.map(w => w.id)).withDefault('file'))
  return (
    <Stack gap="md">
      <PageHeader
        title="Add data"
        sentence="Choose a source. Fetched sources can refresh on a schedule; unchanged data creates no version."
      />
      <Allowed project={project} to="data:write" explain>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" role="radiogroup" aria-label="Source">
          {WAYS.map(({ id, label, description, icon: Icon }) => (
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
                {description}
              </Text>
            </UnstyledButton>
          ))}
        </SimpleGrid>
        {way === 'file' ? <AddDataset project={project} /> : <SourceForm key={way} project={project} kind={way} />}
      </Allowed>
    </Stack>
  )
}

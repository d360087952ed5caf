import { NumberInput, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import type { Draft } from './draft.ts'

const FORMATS = [
  { value: 'auto', label: 'As the answer says' },
  { value: 'csv', label: 'CSV or TSV' },
  { value: 'json', label: 'JSON' },
  { value: 'ndjson', label: 'NDJSON' },
  { value: 'parquet', label: 'Parquet' },
]
const PAGES = [
  { value: 'none', label: 'All rows in one answer' },
  { value: 'link', label: 'Pages, by Link header' },
  { value: 'cursor', label: 'Pages, by cursor' },
  { value: 'number', label: 'Pages, by number' },
]

/** What is read there. */
export function ReadingFields({ draft, onChange }: { draft: Draft; onChange: (part: Partial<Draft>) => void }) {
  if (draft.kind === 'database')
    return (
      <Textarea
        label="Query"
        description="One SELECT; it is run read-only."
        placeholder="SELECT * FROM orders"
        autosize
        minRows={4}
        maxRows={16}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={draft.query}
        onChange={e => onChange({ query: e.currentTarget.value })}
        required
      />
    )
  if (draft.kind === 'objects')
    return (
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label="Prefix"
          description="Everything below it is one table."
          placeholder="sales/2024/"
          value={draft.prefix}
          onChange={e => onChange({ prefix: e.currentTarget.value })}
        />
        <TextInput
          label="Names"
          description="Which files, as *.parquet."
          value={draft.pattern}
          onChange={e => onChange({ pattern: e.currentTarget.value })}
        />
      </SimpleGrid>
    )
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label="Format"
          allowDeselect={false}
          data={FORMATS}
          value={draft.format}
          onChange={value => onChange({ format: value as Draft['format'] })}
        />
        <Select
          label="Rows come as"
          allowDeselect={false}
          data={PAGES}
          value={draft.pagesBy}
          onChange={value => onChange({ pagesBy: value as Draft['pagesBy'] })}
        />
        {draft.pagesBy === 'cursor' || draft.pagesBy === 'number' ? (
          <TextInput
            label={draft.pagesBy === 'cursor' ? 'Parameter that takes the cursor' : 'Parameter for the page'}
            placeholder={draft.pagesBy === 'cursor' ? 'cursor' : 'page'}
            value={draft.parameter}
            onChange={e => onChange({ parameter: e.currentTarget.value })}
          />
        ) : null}
        {draft.pagesBy === 'cursor' ? (
          <TextInput
            label="Where the answer has the next cursor"
            placeholder="next_cursor"
            value={draft.cursorPath}
            onChange={e => onChange({ cursorPath: e.currentTarget.value })}
          />
        ) : null}
        {draft.pagesBy === 'number' ? (
          <>
            <NumberInput
              label="First page"
              min={0}
              max={1_000_000}
              allowDecimal={false}
              value={draft.first}
              onChange={value => onChange({ first: typeof value === 'number' ? value : 1 })}
            />
            <TextInput
              label="Parameter for rows per page"
              description="Optional."
              placeholder="per_page"
              value={draft.sizeParameter}
              onChange={e => onChange({ sizeParameter: e.currentTarget.value })}
            />
            <NumberInput
              label="Rows per page"
              description="Optional."
              min={1}
              max={100_000}
              allowDecimal={false}
              value={draft.size ?? ''}
              onChange={value => onChange({ size: typeof value === 'number' ? value : undefined })}
            />
          </>
        ) : null}
      </SimpleGrid>
      {draft.format === 'auto' || draft.format === 'json' ? (
        <TextInput
          label="Where the JSON has its rows"
          description="As data.items; empty when the answer is the list, or has only one."
          value={draft.items}
          onChange={e => onChange({ items: e.currentTarget.value })}
        />
      ) : null}
    </Stack>
  )
}

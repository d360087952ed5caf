import { List, Stack, Text } from '@mantine/core'
import { formatCount } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { CellTable } from '../cell-table.tsx'
import type { RecipePreview } from './preview-recipe.ts'

const COLUMNS_SHOWN = 40

function Cells({ label, columns }: { label: string; columns: { name: string; cells: unknown[] }[] }) {
  const hidden = columns.length - COLUMNS_SHOWN
  return (
    <>
      <CellTable label={label} columns={columns.slice(0, COLUMNS_SHOWN)} />
      {hidden > 0 ? (
        <Text size="xs" c="dimmed" px="md" py={6}>
          {formatCount(hidden, 'more column')} not shown.
        </Text>
      ) : null}
    </>
  )
}

/** The same few rows as they are stored and as a model gets them. */
export function PreviewTables({ preview, rows, leftOut }: { preview: RecipePreview; rows: number; leftOut: number }) {
  return (
    <Stack gap="md">
      {preview.usual.length > 0 ? (
        <Panel title="Default preprocessing" note="for remaining columns (linear models; trees use raw values)">
          <List size="sm" spacing={4}>
            {preview.usual.map(words => (
              <List.Item key={words}>{words}</List.Item>
            ))}
          </List>
        </Panel>
      ) : null}
      {preview.needsTarget.length > 0 ? (
        <Text size="sm" c="dimmed" role="note">
          {preview.needsTarget.join(', ')}: encoded by the target, which a sample of features does not have. Made in
          training, and not shown below.
        </Text>
      ) : null}
      <Panel title="Before" note={`${formatCount(preview.before.length, 'column')}, first rows of the sample`} flush>
        <Cells label="Rows before the recipe" columns={preview.before} />
      </Panel>
      <Panel title="After" note={`${formatCount(preview.after.length, 'feature')}, the same rows`} flush>
        <Cells label="Rows after the recipe" columns={preview.after} />
      </Panel>
      <Text size="xs" c="dimmed">
        Fitted on a sample of {formatCount(rows, 'row')} for this preview
        {leftOut > 0 ? `; ${formatCount(leftOut, 'column')} of this wide table excluded` : ''}. In training it is fitted
        on the training rows only.
      </Text>
    </Stack>
  )
}

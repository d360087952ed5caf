import { Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useEffect } from 'react'
import type { VersionColumn } from '#server/data/contract.ts'
import { FORMAT_PARTS, parseFormat, printFormat } from '#tables/format/contract.ts'
import type { ColumnChange } from './column-changes.ts'

type Format = NonNullable<VersionColumn['format']>

/** A format without the texts that mean missing in any column of text. */
export const shownFormat = (format: Format | undefined): Format => {
  const { missing, ...rest } = format ?? {}
  const own = missing?.filter(text => !USUAL.has(text)) ?? []
  return own.length > 0 ? { ...rest, missing: own } : rest
}
const USUAL = new Set(['?', 'NA', 'N/A', 'n/a', '<NA>', '#N/A', 'NaN', 'nan', 'NULL', 'null'])

interface FormatCellProps {
  column: VersionColumn
  change: ColumnChange
  onChange: (name: string, change: ColumnChange) => void
  /** Receives whether the text cannot be read. */
  onInvalid?: (name: string, isInvalid: boolean) => void
  readOnly?: boolean
}

/** How cells are written, and what was done to them; a change reads the files again. */
export function FormatCell(props: FormatCellProps) {
  const { column, change } = props
  const shown = printFormat(shownFormat(change.format ?? column.format))
  return <FormatField key={`${change.type ?? column.type} ${shown}`} {...props} shown={shown} />
}

function FormatField({ column, onChange, onInvalid, readOnly, shown }: FormatCellProps & { shown: string }) {
  const { name } = column
  const form = useForm({ initialValues: { text: shown } })
  // A field that goes away takes its text along.
  useEffect(() => () => onInvalid?.(name, false), [name, onInvalid])
  const leave = () => {
    const { text } = form.getValues()
    onInvalid?.(name, false)
    if (text.trim() === shown) return form.clearErrors()
    try {
      const format = parseFormat(text)
      const type = format.datetime ? 'datetime' : format.number ? 'number' : undefined
      onChange(name, { format, ...(type && type !== column.type ? { type } : {}) })
    } catch (error) {
      onInvalid?.(name, true)
      // The parts are in the title of the field.
      form.setFieldError('text', (error as Error).message.replace(/ Parts: .*$/s, ''))
    }
  }
  const done = describeCells(column)
  return (
    <Stack gap={0}>
      <TextInput
        aria-label={`Format of ${column.name}`}
        size="xs"
        w={200}
        disabled={readOnly}
        placeholder="as usual"
        title={`Parts: ${FORMAT_PARTS}`}
        styles={{ error: { whiteSpace: 'normal', overflowWrap: 'anywhere' } }}
        {...form.getInputProps('text')}
        onBlur={leave}
      />
      {done ? (
        <Text size="xs" c="dimmed" truncate maw={200} title={done}>
          {done}
        </Text>
      ) : null}
    </Stack>
  )
}

/** `14 “-” missing, 3 not readable, 20 trimmed`; undefined when nothing was done. */
function describeCells({ cells }: VersionColumn): string | undefined {
  if (!cells) return undefined
  const parts = [
    ...(cells.missing ?? []).slice(0, 3).map(m => `${m.cells} ${m.text === '' ? 'blank' : `“${m.text}”`} missing`),
    ...(cells.failed ? [`${cells.failed.cells} not readable`] : []),
    ...(cells.trimmed ? [`${cells.trimmed} trimmed`] : []),
    ...(cells.converted ? [`${cells.converted} converted`] : []),
  ]
  return parts.length > 0 ? parts.join(', ') : undefined
}

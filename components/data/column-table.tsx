import { Select, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { COLUMN_ROLES, typesFor, type VersionColumn } from '#server/data/contract.ts'
import { printFormat } from '#tables/format/contract.ts'
import { type DataColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { BulkEdit } from './bulk-edit.tsx'
import { type ColumnChange, formatDomain, readDomain } from './column-changes.ts'
import { FormatCell, shownFormat } from './format-cell.tsx'
import { formatShareOf } from './labels.ts'

interface Editing {
  changes: Record<string, ColumnChange>
  onChange: (name: string, change: ColumnChange) => void
  onInvalid?: (name: string, isInvalid: boolean) => void
  readOnly?: boolean
}

/** Columns with their inferred facts; type, role, nullability and domain can be overridden. */
export function ColumnTable({ schema, rows, ...editing }: { schema: VersionColumn[]; rows: number } & Editing) {
  return (
    <DataTable
      id="schema-columns"
      label="Columns"
      title="Columns"
      note={formatCount(schema.length, 'column')}
      find="Search columns"
      columns={schemaColumns(rows, editing)}
      rows={schema}
      rowKey={c => c.name}
      rowHeight={44}
      selection={
        editing.readOnly
          ? undefined
          : {
              label: c => `Select ${c.name}`,
              actions: selected => <BulkEdit columns={selected} onChange={editing.onChange} />,
            }
      }
    />
  )
}

function schemaColumns(rows: number, { changes, onChange, onInvalid, readOnly }: Editing): DataColumn<VersionColumn>[] {
  const changeOf = (c: VersionColumn) => changes[c.name] ?? {}
  const select = (c: VersionColumn, label: string, data: string[], value: string, onPick: (v: string) => void) => (
    <Select
      aria-label={`${label} of ${c.name}`}
      size="xs"
      w={120}
      allowDeselect={false}
      disabled={readOnly}
      data={data}
      value={value}
      onChange={picked => picked && onPick(picked)}
    />
  )
  return [
    textColumn('name', 'Column', c => c.name, { strong: true, maxWidth: 240, title: c => c.name }),
    textColumn('type', 'Type', c => changeOf(c).type ?? c.type, {
      facet: true,
      cell: c => {
        const offered = c.conversion ? [c.conversion.type] : []
        const types = [...new Set([c.type, ...typesFor(c), ...offered, changeOf(c).type ?? c.type])]
        return select(c, 'Type', types, changeOf(c).type ?? c.type, type => {
          const chosen = types.find(t => t === type) ?? c.type
          const { conversion } = c
          const converted = conversion?.type === chosen && !typesFor(c).includes(chosen) ? conversion.format : undefined
          onChange(c.name, { type: chosen, format: converted })
        })
      },
    }),
    textColumn('role', 'Role', c => changeOf(c).role ?? c.role, {
      facet: true,
      cell: c =>
        select(c, 'Role', [...COLUMN_ROLES], changeOf(c).role ?? c.role, role =>
          onChange(c.name, { role: COLUMN_ROLES.find(r => r === role) }),
        ),
    }),
    numberColumn('missing', 'Missing', c => c.missing, {
      cell: c => (c.missing === 0 ? 'none' : formatShareOf(c.missing, rows)),
    }),
    numberColumn('distinct', 'Distinct', c => c.distinct),
    textColumn('nullable', 'Nullable', c => ((changeOf(c).nullable ?? c.nullable) ? 'yes' : 'no'), {
      facet: true,
      cell: c =>
        select(c, 'Empty cells', ['yes', 'no'], (changeOf(c).nullable ?? c.nullable) ? 'yes' : 'no', value =>
          onChange(c.name, { nullable: value === 'yes' }),
        ),
    }),
    textColumn('domain', 'Allowed values', c => formatDomain(c.domain) || null, {
      sortable: false,
      cell: c => <EditableDomain column={c} change={changeOf(c)} onChange={onChange} readOnly={readOnly} />,
    }),
    textColumn('format', 'Format', c => printFormat(shownFormat(changeOf(c).format ?? c.format)) || null, {
      sortable: false,
      cell: c => (
        <FormatCell column={c} change={changeOf(c)} onChange={onChange} onInvalid={onInvalid} readOnly={readOnly} />
      ),
    }),
    textColumn('reason', 'Inferred', reasonOf, { wrap: true, dimmed: true, minWidth: 160 }),
  ]
}

const reasonOf = (c: VersionColumn) =>
  `${c.reason}${c.clock === 'instant' ? ', UTC times' : c.clock ? ', wall clock' : ''}`

/** Starts again when the type or the domain is changed elsewhere. */
function EditableDomain({ column: c, change, onChange, readOnly }: DomainProps & Pick<Editing, 'onChange'>) {
  const shown = formatDomain(change.domain === undefined ? c.domain : change.domain)
  return (
    <DomainCell
      key={`${change.type ?? c.type} ${shown}`}
      column={c}
      change={change}
      onChange={next => onChange(c.name, next)}
      readOnly={readOnly}
    />
  )
}

interface DomainProps {
  column: VersionColumn
  change: ColumnChange
  readOnly?: boolean
}

/** A range as `0 to 100`, or comma-separated values; applied when the field loses focus. */
function DomainCell({
  column: c,
  change,
  onChange,
  readOnly,
}: DomainProps & { onChange: (change: ColumnChange) => void }) {
  const type = change.type ?? c.type
  const numeric = type === 'number' || type === 'integer'
  const kept = type === c.type ? c.domain : undefined
  const shown = formatDomain(change.domain === undefined ? kept : change.domain)
  const form = useForm({ initialValues: { text: shown } })
  if (!numeric && type !== 'category')
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    )
  const leave = () => {
    const { text } = form.getValues()
    if (text === shown) return form.clearErrors()
    const domain = readDomain(text, numeric)
    if (domain !== undefined) onChange({ domain })
    else form.setFieldError('text', numeric ? 'Two numbers, such as 0 to 100.' : 'Comma-separated values.')
  }
  return (
    <TextInput
      aria-label={`Allowed values of ${c.name}`}
      size="xs"
      w={170}
      disabled={readOnly}
      placeholder={numeric ? '0 to 100' : 'one, two'}
      {...form.getInputProps('text')}
      onBlur={leave}
    />
  )
}

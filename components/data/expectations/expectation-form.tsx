import {
  CHECK_WORDS,
  type ExpectationInput,
  expectationInput,
  type Severity,
} from '#server/data/expectations/contract.ts'
import { FormDialog } from '../../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../../ui/schema-form/schema-form.tsx'
import type { ShownExpectation } from './client.ts'

const SEVERITY_LABELS: Record<Severity, string> = { block: 'Error: training is blocked', warn: 'Warning only' }

export const EXPECTATION_HINTS = {
  '': { title: 'Expectation', labels: CHECK_WORDS },
  id: { hidden: true },
  enabled: { hidden: true },
  severity: { title: 'On failure', labels: SEVERITY_LABELS },
  reason: { title: 'Reason', description: 'Shown when the check fails.' },
}

/** Adds or edits one expectation; its inputs follow from the contract of its type. */
export function ExpectationDialog({
  opened,
  columns,
  edited,
  saving,
  error,
  onSave,
  onClose,
}: {
  opened: boolean
  columns: string[]
  /** Undefined: a new one. */
  edited: ShownExpectation | undefined
  saving: boolean
  error: unknown
  onSave: (expectation: ExpectationInput) => void
  onClose: () => void
}) {
  return (
    <FormDialog title={edited ? 'Edit expectation' : 'Add expectation'} opened={opened} onClose={onClose}>
      <SchemaForm
        schema={expectationInput}
        initial={edited ? { ...edited } : { type: 'not-null', column: columns[0] }}
        hints={EXPECTATION_HINTS}
        columns={columns}
        error={error}
        onSubmit={onSave}
        submit="Save"
        busy={saving}
        onCancel={onClose}
      />
    </FormDialog>
  )
}

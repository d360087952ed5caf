'use client'
import { Button, Group, Stack } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import type { z } from 'zod'
import type { SourceKind } from '#server/data/sources/contract.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { AdvancedSection } from '../../ui/schema-form/advanced-section.tsx'
import { FormActions } from '../../ui/schema-form/form-actions.tsx'
import { FormContext } from '../../ui/schema-form/form-context.ts'
import { SchemaFields } from '../../ui/schema-form/schema-fields.tsx'
import { SchemaInput } from '../../ui/schema-form/schema-input.tsx'
import { type SchemaFormState, useSchemaForm } from '../../ui/schema-form/use-schema-form.ts'
import { cleanValues, initialValues, requiredErrors } from '../../ui/schema-form/values.ts'
import { readingOf } from '../reading-form.ts'
import { useSourceActions } from './client.ts'
import { ConnectionChooser } from './connection-chooser.tsx'
import { SchedulePicker } from './schedule-picker.tsx'
import { addressOf, type SourceInput, secretsOf, sourceSchema, whereSchema } from './source-schema.ts'
import { WatchIngestion } from './watch-ingestion.tsx'

/** Adds a dataset from a URL, a database or a bucket; then follows the import. */
export function SourceForm({ project, kind }: { project: string; kind: SourceKind }) {
  const [connection, setConnection] = useQueryState('connection', parseAsString)
  const connected = connection !== null
  const { add } = useSourceActions()
  const schema = useMemo(() => sourceSchema(kind, connected), [kind, connected])
  const state = useSchemaForm(schema, { error: add.error, hints: { 'reading.path': { hidden: !connected } } })
  const { form } = state
  const submit = ({ connectionName: _, where, cron, files, ...input }: SourceInput) =>
    add.mutate({
      project,
      ...input,
      cron: cron ?? undefined,
      files: files && readingOf(files),
      ...(where ? { address: addressOf(where), secrets: secretsOf(where) } : { connection: connection ?? undefined }),
    })
  if (add.data) return <WatchIngestion project={project} id={add.data.id} onAgain={() => add.reset()} />
  return (
    <form noValidate onSubmit={state.onSubmit(submit)}>
      <FormContext value={{ form, columns: [], options: {}, disabled: false }}>
        <Stack gap="md">
          {state.problem ? <Problem error={state.problem} /> : null}
          <Panel title="Source">
            <Stack gap="sm">
              <ConnectionChooser project={project} kind={kind} chosen={connection} onChoose={setConnection} />
              <Part state={state} name="where" />
              {connected ? null : (
                <SaveConnection project={project} kind={kind} state={state} onSaved={setConnection} />
              )}
            </Stack>
          </Panel>
          <Panel title="Rows">
            <Stack gap="sm">
              <Part state={state} name="reading" />
              {kind === 'database' ? null : (
                <AdvancedSection title="Reading options">
                  <Part state={state} name="files" />
                </AdvancedSection>
              )}
            </Stack>
          </Panel>
          <Panel title="Dataset">
            <Stack gap="sm">
              <SchemaFields fields={state.fields.filter(f => f.name === 'name' || f.name === 'target')} columns={2} />
              <SchedulePicker
                cron={(form.getValues().cron as string) || null}
                onChange={cron => form.setFieldValue('cron', cron)}
              />
              <SchemaFields fields={state.fields.filter(f => f.name === 'append')} />
            </Stack>
          </Panel>
          <FormActions submit="Import" busy={add.isPending} />
        </Stack>
      </FormContext>
    </form>
  )
}

/** The inputs of one group. */
function Part({ state, name }: { state: SchemaFormState<z.ZodType>; name: string }) {
  const group = state.fields.find(field => field.name === name)
  return group?.kind === 'group' ? <SchemaFields fields={group.fields} path={name} columns={2} /> : null
}

/** Stores address and secrets under a name and tests them. */
function SaveConnection({
  project,
  kind,
  state: { form, fields },
  onSaved,
}: {
  project: string
  kind: SourceKind
  state: SchemaFormState<z.ZodType>
  onSaved: (name: string) => void
}) {
  const { connect, test } = useSourceActions()
  const name = fields.find(field => field.name === 'connectionName')
  const save = async () => {
    const values = form.getValues()
    const where = whereSchema(kind).safeParse((cleanValues(fields, values) as { where?: unknown }).where)
    if (!where.success) {
      const errors = where.error.issues.map(issue => [`where.${issue.path.join('.')}`, issue.message])
      return form.setErrors({
        ...Object.fromEntries(errors),
        ...requiredErrors(fields, { ...values, name: '-', reading: {} }),
      })
    }
    const saved = await connect.mutateAsync({
      project,
      name: String(values.connectionName),
      address: addressOf(where.data),
      secrets: secretsOf(where.data),
    })
    // The secrets are stored now and need not stay in the page.
    form.setValues({
      ...initialValues(fields),
      name: values.name,
      target: values.target,
      reading: values.reading,
      files: values.files,
    })
    onSaved(saved.name)
    test.mutate({ project, name: saved.name })
  }
  return (
    <>
      <Group align="end" gap="xs">
        <div style={{ flex: '1 1 220px' }}>{name ? <SchemaInput field={name} path="connectionName" /> : null}</div>
        <Button
          variant="default"
          loading={connect.isPending}
          disabled={form.getValues().connectionName === ''}
          onClick={() => void save().catch(() => undefined)}
        >
          Save and test
        </Button>
      </Group>
      {connect.error ? <Problem error={connect.error} /> : null}
    </>
  )
}

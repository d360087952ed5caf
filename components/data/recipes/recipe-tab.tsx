'use client'
import { ActionIcon, Alert, Button, Group, Menu, Select, Skeleton, Stack, Text } from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import { Fragment, useDeferredValue, useMemo } from 'react'
import { explainStep, type SchemaColumn } from '#ml/index.ts'
import {
  type RecipeDetail,
  type RecipeSample,
  type RecipeStepInput,
  saveRecipeInput,
} from '#server/data/recipes/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { useTRPC } from '../../trpc.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { notify } from '../../ui/notify.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { FormValues } from '../../ui/schema-form/field.ts'
import { FormActions } from '../../ui/schema-form/form-actions.tsx'
import { FormContext } from '../../ui/schema-form/form-context.ts'
import { FormFields } from '../../ui/schema-form/schema-form.tsx'
import { useSchemaForm } from '../../ui/schema-form/use-schema-form.ts'
import type { Shown } from '../client.ts'
import { previewRecipe } from './preview-recipe.ts'
import { PreviewTables } from './preview-tables.tsx'
import { StepEditor } from './step-editor.tsx'
import { editStep, readStep } from './step-form.ts'
import { columnsFor, kindOf, missingInStep, STEP_GROUPS, STEP_KINDS } from './step-kinds.ts'

/** Preprocessing steps with a live preview; the open recipe is in the URL. */
export function RecipeTab({ project, shown }: { project: string; shown: Shown }) {
  const trpc = useTRPC()
  const [open, setOpen] = useQueryState('recipe', parseAsString)
  const dataset = `${shown.dataset}@${shown.version}`
  const sample = useQuery(trpc.data.recipes.sample.queryOptions({ project, dataset }))
  const list = useQuery(trpc.data.recipes.list.queryOptions({ project }))
  const saved = useQuery({
    ...trpc.data.recipes.show.queryOptions({ project, recipe: open ?? '' }),
    enabled: open !== null,
    retry: false,
  })
  if (sample.error) return <Problem error={sample.error} onRetry={() => sample.refetch()} />
  if (!sample.data || (open !== null && saved.isLoading))
    return <Skeleton height={320} radius="md" aria-label="Loading a sample" />
  return (
    <Stack gap="md">
      <Group justify="space-between" align="end">
        <Text size="sm" c="dimmed" maw={620}>
          A recipe turns columns into features. It is part of the model: the same steps run in training and for every
          request.
        </Text>
        <Select
          label="Recipe"
          placeholder="New recipe"
          clearable
          data={(list.data?.items ?? []).map(r => ({ value: r.recipe, label: `${r.recipe} · v${r.version}` }))}
          value={open}
          onChange={name => setOpen(name)}
        />
      </Group>
      {saved.error ? <Problem error={saved.error} /> : null}
      <Builder
        // Another recipe or version starts with its own steps.
        key={`${shown.id} ${saved.data?.recipe ?? ''} ${saved.data?.version ?? ''}`}
        project={project}
        sample={sample.data}
        saved={open === null ? undefined : saved.data}
        onSaved={name => setOpen(name)}
      />
    </Stack>
  )
}

interface Item {
  /** Steps move and are removed: each keeps its key. */
  key: string
  step: FormValues
}
const itemOf = (step: RecipeStepInput): Item => ({ key: crypto.randomUUID(), step: editStep(step) })

function Builder({
  project,
  sample,
  saved,
  onSaved,
}: {
  project: string
  sample: RecipeSample
  saved: RecipeDetail | undefined
  onSaved: (name: string) => void
}) {
  const form: UseFormReturnType<FormValues> = useForm<FormValues>({
    initialValues: { items: (saved?.steps ?? []).map(itemOf) },
  })
  const items = form.getValues().items as Item[]
  const steps = items.map(item => readStep(item.step))
  const complete = useDeferredValue(steps.filter(step => missingInStep(step) === undefined))
  const key = JSON.stringify(complete)
  const preview = useMemo(() => previewRecipe(sample, JSON.parse(key) as RecipeStepInput[]), [sample, key])
  if (sample.columns.length === 0)
    return (
      <EmptyState title="No usable columns">
        Ids, constants and ignored columns are not used. Change types and roles on the Schema tab.
      </EmptyState>
    )
  return (
    <>
      {items.map(({ key: id }, at) => (
        <StepPanel key={id} form={form} at={at} steps={steps} columns={sample.columns as SchemaColumn[]} />
      ))}
      <AddStep onAdd={step => form.insertListItem('items', itemOf(step))} />
      {'problem' in preview ? (
        <Alert color="orange" variant="light" title="These steps cannot be applied" role="status">
          <Text size="sm">
            {preview.problem} {preview.hint}
          </Text>
        </Alert>
      ) : (
        <PreviewTables preview={preview} rows={sample.rows} leftOut={sample.leftOut} />
      )}
      <Allowed project={project} to="data:write" explain>
        <SaveForm
          project={project}
          saved={saved}
          steps={steps}
          blocked={whyNotSaved(steps, 'problem' in preview)}
          onSaved={onSaved}
        />
      </Allowed>
    </>
  )
}

/** Returns why the recipe cannot be saved yet; undefined if it can. */
function whyNotSaved(steps: RecipeStepInput[], broken: boolean): string | undefined {
  if (steps.length === 0) return 'Add a step first.'
  if (steps.some(step => missingInStep(step) !== undefined)) return 'A step is incomplete.'
  return broken ? 'These steps cannot be applied.' : undefined
}

function StepPanel({
  form,
  at,
  steps,
  columns,
}: {
  form: UseFormReturnType<FormValues>
  at: number
  steps: RecipeStepInput[]
  columns: SchemaColumn[]
}) {
  const step = steps[at]!
  const { label } = kindOf(step)
  const choices = columnsFor(step, at, steps, columns)
  const move = (by: number) => form.reorderListItem('items', { from: at, to: at + by })
  return (
    <Panel
      title={`${at + 1}. ${label}`}
      actions={
        <Group gap={4}>
          <Tool label={`Move ${label} up`} disabled={at === 0} onClick={() => move(-1)}>
            <IconArrowUp size={15} aria-hidden />
          </Tool>
          <Tool label={`Move ${label} down`} disabled={at === steps.length - 1} onClick={() => move(1)}>
            <IconArrowDown size={15} aria-hidden />
          </Tool>
          <Tool label={`Remove ${label}`} onClick={() => form.removeListItem('items', at)}>
            <IconTrash size={15} aria-hidden />
          </Tool>
        </Group>
      }
    >
      <FormContext value={{ form, columns: choices, options: {}, disabled: false }}>
        <Stack gap="xs">
          <StepEditor step={step} path={`items.${at}.step`} choices={choices} />
          <Text size="sm" c="dimmed">
            {missingInStep(step) ?? explainStep(step)}
          </Text>
        </Stack>
      </FormContext>
    </Panel>
  )
}

function AddStep({ onAdd }: { onAdd: (step: RecipeStepInput) => void }) {
  return (
    <Group>
      <Menu position="bottom-start" width={340}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconPlus size={15} aria-hidden />}>
            Add step
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
          {STEP_GROUPS.map(group => (
            <Fragment key={group}>
              <Menu.Label>{group}</Menu.Label>
              {STEP_KINDS.filter(k => k.group === group).map(k => (
                <Menu.Item key={k.id} onClick={() => onAdd(k.blank)}>
                  {k.label}
                  <Text size="xs" c="dimmed">
                    {k.description}
                  </Text>
                </Menu.Item>
              ))}
            </Fragment>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  )
}

function Tool({
  label,
  disabled = false,
  onClick,
  children,
}: {
  label: string
  disabled?: boolean
  onClick: () => void
  children: React.ReactNode
}) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
      {children}
    </ActionIcon>
  )
}

const saveForm = saveRecipeInput.omit({ steps: true })

function SaveForm({
  project,
  saved,
  steps,
  blocked,
  onSaved,
}: {
  project: string
  saved: RecipeDetail | undefined
  steps: RecipeStepInput[]
  blocked: string | undefined
  onSaved: (name: string) => void
}) {
  const trpc = useTRPC()
  const save = useMutation(
    trpc.data.recipes.save.mutationOptions({
      onSuccess: ({ recipe, version, created }) => {
        void notify({
          message: created ? `Saved ${recipe} v${version}.` : `Unchanged: ${recipe} v${version} has the same steps.`,
        })
        onSaved(recipe)
      },
    }),
  )
  const state = useSchemaForm(saveForm, { initial: { name: saved?.recipe }, error: save.error })
  return (
    <Panel title="Save" note="experiments select recipes by name">
      <form noValidate onSubmit={state.onSubmit(input => save.mutate({ project, steps, ...input }))}>
        <Stack gap="sm">
          {state.problem ? <Problem error={state.problem} /> : null}
          <FormFields state={state} />
          <FormActions submit="Save recipe" busy={save.isPending} disabled={blocked !== undefined} note={blocked} />
        </Stack>
      </form>
    </Panel>
  )
}

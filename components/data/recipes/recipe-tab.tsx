'use client'
import { ActionIcon, Alert, Button, Group, Menu, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import { Fragment, useDeferredValue, useMemo, useState } from 'react'
import { explainStep, type SchemaColumn } from '#ml/index.ts'
import { resourceNameSchema } from '#server/access/contract.ts'
import type { RecipeDetail, RecipeSample, RecipeStepInput } from '#server/data/recipes/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { useTRPC } from '../../trpc.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { Shown } from '../client.ts'
import { previewRecipe } from './preview-recipe.ts'
import { PreviewTables } from './preview-tables.tsx'
import { StepEditor } from './step-editor.tsx'
import { columnsFor, kindOf, openPoint, STEP_GROUPS, STEP_KINDS } from './step-kinds.ts'

/** Cleaning and feature steps with a live preview; which saved recipe is open is in the address. */
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
          A recipe says how columns become features. It travels with the model: the same steps run in training and on
          every request.
        </Text>
        <Select
          label="Recipe"
          placeholder="A new one"
          clearable
          data={(list.data?.items ?? []).map(r => ({ value: r.recipe, label: `${r.recipe} · v${r.version}` }))}
          value={open}
          onChange={name => setOpen(name)}
        />
      </Group>
      {saved.error ? <Problem error={saved.error} /> : null}
      <Builder
        // Another recipe, or another version of it, begins anew.
        key={`${shown.id} ${saved.data?.recipe ?? ''} ${saved.data?.version ?? ''}`}
        project={project}
        sample={sample.data}
        saved={open === null ? undefined : saved.data}
        onSaved={name => setOpen(name)}
      />
    </Stack>
  )
}

let keys = 0
/** Steps move and vanish: each keeps its key. */
const keyed = (step: RecipeStepInput) => ({ key: ++keys, step })

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
  const [items, setItems] = useState(() => (saved?.steps ?? []).map(keyed))
  const steps = items.map(i => i.step)
  const complete = useDeferredValue(steps.filter(s => openPoint(s) === undefined))
  const key = JSON.stringify(complete)
  const preview = useMemo(() => previewRecipe(sample, JSON.parse(key) as RecipeStepInput[]), [sample, key])
  const change = (at: number, step: RecipeStepInput) =>
    setItems(items.map((item, i) => (i === at ? { ...item, step } : item)))
  const move = (at: number, by: number) => {
    const next = [...items]
    next.splice(at + by, 0, ...next.splice(at, 1))
    setItems(next)
  }
  if (sample.columns.length === 0)
    return (
      <EmptyState title="No column can become a feature">
        Ids, constants and ignored columns are not used. Change types and roles on the Schema tab.
      </EmptyState>
    )
  return (
    <>
      {items.map(({ key: id, step }, at) => {
        const problem = openPoint(step)
        const { label } = kindOf(step)
        return (
          <Panel
            key={id}
            title={`${at + 1}. ${label}`}
            actions={
              <Group gap={4}>
                <Tool label={`Move ${label} up`} disabled={at === 0} onClick={() => move(at, -1)}>
                  <IconArrowUp size={15} aria-hidden />
                </Tool>
                <Tool label={`Move ${label} down`} disabled={at === items.length - 1} onClick={() => move(at, 1)}>
                  <IconArrowDown size={15} aria-hidden />
                </Tool>
                <Tool label={`Remove ${label}`} onClick={() => setItems(items.filter((_, i) => i !== at))}>
                  <IconTrash size={15} aria-hidden />
                </Tool>
              </Group>
            }
          >
            <Stack gap="xs">
              <StepEditor
                step={step}
                choices={columnsFor(step, at, steps, sample.columns as SchemaColumn[])}
                problem={problem}
                onChange={next => change(at, next)}
              />
              <Text size="sm" c="dimmed">
                {problem ?? explainStep(step)}
              </Text>
            </Stack>
          </Panel>
        )
      })}
      <Group>
        <Menu position="bottom-start" width={340}>
          <Menu.Target>
            <Button variant="default" leftSection={<IconPlus size={15} aria-hidden />}>
              Add a step
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
            {STEP_GROUPS.map(group => (
              <Fragment key={group}>
                <Menu.Label>{group}</Menu.Label>
                {STEP_KINDS.filter(k => k.group === group).map(k => (
                  <Menu.Item key={k.id} onClick={() => setItems([...items, keyed(k.blank)])}>
                    {k.label}
                    <Text size="xs" c="dimmed">
                      {k.words}
                    </Text>
                  </Menu.Item>
                ))}
              </Fragment>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
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
          blocked={
            steps.length === 0
              ? 'Add a step first.'
              : steps.some(s => openPoint(s) !== undefined)
                ? 'A step is not filled in yet.'
                : 'problem' in preview
                  ? 'These steps cannot be applied.'
                  : undefined
          }
          onSaved={onSaved}
        />
      </Allowed>
    </>
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
  const queries = useQueryClient()
  const [name, setName] = useState(saved?.recipe ?? '')
  const [note, setNote] = useState('')
  const save = useMutation(
    trpc.data.recipes.save.mutationOptions({
      onSuccess: async ({ recipe, version, created }) => {
        await queries.invalidateQueries(trpc.data.pathFilter())
        notifications.show({
          message: created ? `${recipe} v${version} is saved.` : `These steps are ${recipe} v${version} already.`,
        })
        onSaved(recipe)
      },
    }),
  )
  const wrong = name === '' ? undefined : resourceNameSchema.safeParse(name).error?.issues[0]?.message
  return (
    <Panel title="Save" note="experiments can use it by its name">
      <form
        onSubmit={event => {
          event.preventDefault()
          if (!blocked && !wrong && name !== '') save.mutate({ project, name, steps, note })
        }}
      >
        <Stack gap="sm">
          <Group align="start" grow>
            <TextInput
              label="Name of the recipe"
              description="Under the name of one that is there, it becomes its next version."
              value={name}
              error={wrong}
              onChange={e => setName(e.currentTarget.value)}
            />
            <TextInput
              label="Note"
              description="What changed, and why. Optional."
              value={note}
              onChange={e => setNote(e.currentTarget.value)}
            />
          </Group>
          {save.error ? <Problem error={save.error} /> : null}
          <Group justify="flex-end">
            {blocked ? (
              <Text size="sm" c="dimmed">
                {blocked}
              </Text>
            ) : null}
            <Button type="submit" loading={save.isPending} disabled={!!blocked || !!wrong || name === ''}>
              Save recipe
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  )
}

import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { LaunchOptions } from '#server/training/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { AdvancedSection } from '../ui/schema-form/advanced-section.tsx'
import type { Field } from '../ui/schema-form/field.ts'
import { FormContext } from '../ui/schema-form/form-context.ts'
import { SchemaFields } from '../ui/schema-form/schema-fields.tsx'
import { useSchemaForm } from '../ui/schema-form/use-schema-form.ts'
import { cleanValues } from '../ui/schema-form/values.ts'
import { describeLeak, describePlan, leaksOf } from './describe-plan.ts'
import classes from './new-experiment.module.css'
import { NumberedStep } from './numbered-step.tsx'
import {
  AUTOML,
  AUTOML_MINUTES,
  advancedSummary,
  BUDGET_FIELDS,
  launchOf,
  METRIC_FIELDS,
  type Plan as PlanValues,
  planFrom,
  planHints,
  planSchema,
} from './plan-form.ts'

export interface Prefilled {
  name: string
  trainers: string[]
  seed: number
  /** Of the experiment that runs are added to. */
  positive: string | null
}

/** Metric, budget and advanced settings of an experiment, and the button that starts it. */
export function Plan({
  project,
  target,
  options,
  prefilled,
}: {
  project: string
  target: string
  options: LaunchOptions
  prefilled: Prefilled
}) {
  const trpc = useTRPC()
  const router = useRouter()
  const recipes = useQuery(trpc.data.recipes.list.queryOptions({ project })).data?.items ?? []
  const launch = useMutation(
    trpc.training.launch.mutationOptions({
      onSuccess: ({ experiment }) => router.push(paths.experiment(project, experiment)),
    }),
  )
  const initial = initialPlan(options, prefilled)
  const state = useSchemaForm(planSchema, {
    initial,
    hints: values => planHints(options, values as { trainers: string[]; mode: string }, recipes),
    error: launch.error,
  })
  const { form, fields } = state
  const plan = planFrom(cleanValues(fields, form.getValues()))
  const named = (names: string[]) => fields.filter(field => names.includes(field.name))
  const advanced = fields.filter(field => ![...METRIC_FIELDS, ...BUDGET_FIELDS].includes(field.name))
  const start = (values: PlanValues) =>
    launch.mutate({
      project,
      ...launchOf(values, { data: `${options.dataset}@${options.version}`, target }, options.positive),
    })
  const columns = options.columns.filter(c => c.used || plan.ignore.includes(c.name)).map(c => c.name)
  return (
    <form noValidate className={classes.plain} onSubmit={state.onSubmit(start)}>
      <FormContext value={{ form, columns, options: {}, disabled: false }}>
        <NumberedStep number={3} title="Metric" note="ranks the runs">
          <SchemaFields fields={named(METRIC_FIELDS)} />
        </NumberedStep>
        <BudgetStep
          fields={named(BUDGET_FIELDS)}
          description={
            plan.mode === AUTOML
              ? options.automl.description
              : 'Each preset of each trainer is one run. Leave both empty to train all presets.'
          }
        />
        <Panel>
          <Advanced
            summary={advancedSummary(options, plan)}
            opened={prefilled.name !== '' || initial.trainers.length > 0}
            fields={advanced}
          />
        </Panel>
      </FormContext>
      <Summary
        project={project}
        target={target}
        options={options}
        plan={plan}
        problem={state.problem}
        isBusy={launch.isPending || launch.isSuccess}
        onIgnore={names => form.setFieldValue('ignore', [...new Set([...plan.ignore, ...names])])}
      />
    </form>
  )
}

function Advanced({ summary, opened, fields }: { summary: string; opened: boolean; fields: Field[] }) {
  return (
    <AdvancedSection summary={summary} opened={opened}>
      <SchemaFields fields={fields} />
    </AdvancedSection>
  )
}

function BudgetStep({ fields, description }: { fields: Field[]; description: string }) {
  return (
    <NumberedStep number={4} title="Budget">
      <SchemaFields fields={fields} />
      <Text size="sm" c="dimmed" mt="sm">
        {description}
      </Text>
    </NumberedStep>
  )
}

/** What will be trained, what leaks, and the button that starts it. */
function Summary({
  project,
  target,
  options,
  plan,
  problem,
  isBusy,
  onIgnore,
}: {
  project: string
  target: string
  options: LaunchOptions
  plan: PlanValues
  problem: unknown
  isBusy: boolean
  onIgnore: (columns: string[]) => void
}) {
  return (
    <Stack gap="md" className={classes.plan}>
      <Leaks options={options} ignored={plan.ignore} onIgnore={onIgnore} />
      <Panel title="Summary">
        <Stack gap="sm" align="flex-start">
          <Text size="sm">{describePlan(options, planOf(plan, target))}</Text>
          {problem ? <Problem error={problem} /> : null}
          <Allowed project={project} to="training:write" explain>
            <Button type="submit" size="sm" loading={isBusy}>
              Start
            </Button>
          </Allowed>
        </Stack>
      </Panel>
    </Stack>
  )
}

const initialPlan = (options: LaunchOptions, { name, trainers, seed, positive }: Prefilled) => ({
  task: options.task,
  metric: options.metrics.find(metric => metric.default)?.id ?? options.metrics[0]!.id,
  positive: options.classes.some(c => c.name === positive) ? positive! : (options.positive ?? undefined),
  mode: trainers.includes(AUTOML) ? AUTOML : 'runs',
  trainers: trainers.filter(id => options.trainers.some(trainer => trainer.id === id)),
  name,
  seed,
})

function Leaks({
  options,
  ignored,
  onIgnore,
}: {
  options: LaunchOptions
  ignored: string[]
  onIgnore: (columns: string[]) => void
}) {
  return leaksOf(options, ignored).map(leak => (
    <Alert
      key={leak.columns.join(' ')}
      variant="default"
      icon={<IconAlertTriangle color="var(--mantine-color-orange-6)" aria-hidden />}
      title="Target leakage"
      role="status"
    >
      <Text size="sm">{describeLeak(leak)}</Text>
      <Button mt="xs" size="compact-sm" variant="default" onClick={() => onIgnore(leak.columns)}>
        {leak.columns.length === 1 ? 'Ignore this column' : `Ignore ${leak.columns.join(' and ')}`}
      </Button>
    </Alert>
  ))
}

/** The plan as its summary describes it. */
const planOf = ({ mode, trials, minutes, ...plan }: PlanValues, target: string) => ({
  ...plan,
  target,
  byAutoml: mode === AUTOML,
  trials: trials ?? null,
  minutes: minutes ?? (mode === AUTOML ? AUTOML_MINUTES : null),
  ignored: plan.ignore,
})

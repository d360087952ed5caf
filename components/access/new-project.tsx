'use client'
import { Button, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo } from 'react'
import { createProjectInput } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import type { FormValues } from '../ui/schema-form/field.ts'
import { FormActions } from '../ui/schema-form/form-actions.tsx'
import { FormFields } from '../ui/schema-form/schema-form.tsx'
import { useSchemaForm } from '../ui/schema-form/use-schema-form.ts'
import { slugFrom } from './labels.ts'

/** The slug follows the name until it is edited. */
const deriveSlug = (values: FormValues, previous: FormValues) => {
  const [before, now] = [slugFrom(String(previous.name)), slugFrom(String(values.name))]
  return before !== now && values.slug === before ? { slug: now } : undefined
}

export function NewProject() {
  const trpc = useTRPC()
  const router = useRouter()
  const create = useMutation(
    trpc.access.createProject.mutationOptions({
      onSuccess: created => router.push(paths.project(created.slug)),
    }),
  )
  const zones = useMemo(() => ({ zone: ['UTC', ...Intl.supportedValuesOf('timeZone')] }), [])
  const state = useSchemaForm(createProjectInput, {
    initial: { zone: 'UTC' },
    hints: { name: { required: true } },
    derive: deriveSlug,
    error: create.error,
  })
  const { setFieldValue } = state.form
  // biome-ignore lint/correctness/useExhaustiveDependencies: once; the server that renders the page first does not know the browser's zone.
  useEffect(() => setFieldValue('zone', Intl.DateTimeFormat().resolvedOptions().timeZone), [])
  return (
    <Stack gap="md" maw={560}>
      <PageHeader title="New project" sentence="Groups a team's data, models and endpoints. You become its owner." />
      <Panel>
        <form noValidate onSubmit={state.onSubmit(input => create.mutate(input))}>
          <Stack gap="sm">
            {state.problem ? <Problem error={state.problem} /> : null}
            <FormFields state={state} options={zones} />
            <FormActions submit="Create project" busy={create.isPending || create.isSuccess}>
              <Button variant="default" component={Link} href="/projects">
                Cancel
              </Button>
            </FormActions>
          </Stack>
        </form>
      </Panel>
    </Stack>
  )
}

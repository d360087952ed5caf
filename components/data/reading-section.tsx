import { Button, Group, Paper, Stack } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import type { DetectedReading } from '#server/data/contract.ts'
import { type ReadingOffer, type ReadingOptions, readingOptions } from '#tables/read/contract.ts'
import { AdvancedSection } from '../ui/schema-form/advanced-section.tsx'
import type { FormValues } from '../ui/schema-form/field.ts'
import { FormContext } from '../ui/schema-form/form-context.ts'
import { SchemaFields } from '../ui/schema-form/schema-fields.tsx'
import { useSchemaForm } from '../ui/schema-form/use-schema-form.ts'
import {
  choicesFor,
  describeDetected,
  hintsFor,
  isWorthALook,
  optionsFor,
  type ReadingMend,
  readingForm,
  readingOf,
  readingValues,
} from './reading-form.ts'

const TYPING_MS = 700

interface ReadingProps {
  fileName: string
  reading: ReadingOptions
  /** Of the last preview. */
  detected?: DetectedReading
  offer?: ReadingOffer | null
  /** Counts the changes that were not made by the inputs. */
  round: number
  onChange: (reading: ReadingOptions) => void
  onMend: (change: ReadingOptions) => void
  /** An option was changed and is not applied yet. */
  onTyping: (typing: boolean) => void
}

/** How the file is read, where detection is not right. Collapsed until a preview found something to decide. */
export function ReadingSection(props: ReadingProps) {
  const { fileName, reading, offer, round, onMend } = props
  const shown = optionsFor(fileName)
  // While the next preview runs, what the last one found stays.
  const [detected, setDetected] = useState(props.detected)
  if (props.detected && props.detected !== detected) setDetected(props.detected)
  const [opened, setOpened] = useState(false)
  if (!opened && isWorthALook(detected, offer)) setOpened(true)
  if (shown.length === 0) return null
  return (
    <Paper withBorder p="sm" radius="md">
      <AdvancedSection
        title="Reading options"
        summary={detected && describeDetected(detected)}
        opened={opened}
        // The first finding opens it; the person may close it again.
        key={String(opened)}
      >
        <Stack gap="sm">
          {detected ? <MendButtons mends={choicesFor(detected, reading)} onChoose={onMend} /> : null}
          <ReadingInputs key={round} {...props} detected={detected} shown={shown} />
        </Stack>
      </AdvancedSection>
    </Paper>
  )
}

/** Buttons that set one option each. */
export function MendButtons({
  mends,
  onChoose,
}: {
  mends: readonly ReadingMend[]
  onChoose: (change: ReadingOptions) => void
}) {
  if (mends.length === 0) return null
  return (
    <Group gap="xs">
      {mends.map(({ label, change }) => (
        <Button key={label} size="compact-sm" variant="default" onClick={() => onChoose(change)}>
          {label}
        </Button>
      ))}
    </Group>
  )
}

function ReadingInputs({ reading, detected, shown, onChange, onTyping }: ReadingProps & { shown: readonly string[] }) {
  const hints = hintsFor(shown, detected)
  const apply = useDebouncedCallback((values: FormValues) => {
    const next = readingOf(values)
    if (!next) return
    onTyping(false)
    if (JSON.stringify(next) !== JSON.stringify(readingOptions.parse(reading))) onChange(next)
  }, TYPING_MS)
  const { form, fields } = useSchemaForm(readingForm, {
    initial: readingValues(reading),
    hints,
    derive: values => {
      onTyping(true)
      apply(values)
      return undefined
    },
  })
  return (
    <FormContext value={{ form, columns: [], options: {}, disabled: false }}>
      <SchemaFields fields={fields} columns={2} />
    </FormContext>
  )
}

import { Checkbox, MultiSelect, NumberInput, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { Decisions, LaunchOptions } from '#server/training/contract.ts'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { DecisionSettings } from './decision-settings.tsx'

type Split = LaunchOptions['split']

export interface Advanced {
  /** Empty: all that can learn the task. */
  trainers: string[]
  /** Null: the one the data suggest. */
  split: Split | null
  ignored: string[]
  seed: number
  /** Empty: made from data and target. */
  name: string
  /** A saved recipe; null: the usual preparation. */
  recipe: string | null
  decisions: Decisions
}

const SPLIT_WORDS: Record<Split, string> = {
  random: 'Random rows',
  stratified: 'Random rows, classes in equal shares',
  time: 'By time: the newest are held out',
  group: 'By group: whole groups are held out',
}

/** Everything with a good default: closed until somebody wants it. */
export function AdvancedSettings({
  project,
  options,
  value,
  onChange,
  byAutoml,
}: {
  project: string
  options: LaunchOptions
  value: Advanced
  onChange: (value: Advanced) => void
  /** AutoML chooses its trainers itself. */
  byAutoml: boolean
}) {
  const [opened, setOpened] = useState(value.name !== '' || value.trainers.length > 0)
  const id = useId()
  const recipes = useQuery({ ...useTRPC().data.recipes.list.queryOptions({ project }), enabled: opened })
  const set = (part: Partial<Advanced>) => onChange({ ...value, ...part })
  const splits = (Object.keys(SPLIT_WORDS) as Split[]).filter(
    split =>
      split === options.split ||
      split === 'random' ||
      (split === 'stratified' && options.task !== 'regression') ||
      options.columns.some(c => c.role === split),
  )
  const all = options.trainers.map(t => t.id)
  const trainers = value.trainers.length > 0 ? value.trainers : all
  const choose = (chosen: string[]) => set({ trainers: chosen.length === all.length ? [] : chosen })
  return (
    <Panel>
      <UnstyledButton aria-expanded={opened} aria-controls={id} onClick={() => setOpened(!opened)} w="100%">
        <Text span size="sm" fw={600}>
          {opened ? (
            <IconChevronDown size={14} style={{ verticalAlign: '-2px', marginRight: 6 }} aria-hidden />
          ) : (
            <IconChevronRight size={14} style={{ verticalAlign: '-2px', marginRight: 6 }} aria-hidden />
          )}
          Advanced
        </Text>{' '}
        <Text span size="xs" c="dimmed">
          {summaryOf(options, value, byAutoml)}
        </Text>
      </UnstyledButton>
      <div id={id} hidden={!opened}>
        <Stack gap="md" mt="md">
          <Checkbox.Group label="Trainers" value={trainers} onChange={choose} hidden={byAutoml}>
            <Stack gap={8} mt={6}>
              {options.trainers.map(t => (
                <Checkbox
                  key={t.id}
                  size="xs"
                  value={t.id}
                  disabled={trainers.length === 1 && trainers[0] === t.id}
                  label={`${t.label} · ${formatCount(t.settings, 'setting')}`}
                  description={t.description}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          <Select
            label="Rows to measure on"
            description={value.split === null || value.split === options.split ? options.splitReason : undefined}
            data={splits.map(split => ({ value: split, label: SPLIT_WORDS[split] }))}
            value={value.split ?? options.split}
            allowDeselect={false}
            onChange={next => set({ split: next === options.split ? null : (next as Split) })}
          />
          <MultiSelect
            label="Ignored columns"
            description="No model sees them."
            placeholder={value.ignored.length === 0 ? 'none' : undefined}
            searchable
            clearable
            data={options.columns
              .filter(c => c.used || value.ignored.includes(c.name))
              .map(c => ({ value: c.name, label: c.warning ? `${c.name} (${c.warning})` : c.name }))}
            value={value.ignored}
            onChange={ignored => set({ ignored })}
          />
          <Select
            label="Recipe"
            description="Its steps come first; what they leave open is done as usual."
            placeholder="the usual preparation"
            searchable
            clearable
            data={(recipes.data?.items ?? []).map(r => ({ value: r.recipe, label: `${r.recipe} · v${r.version}` }))}
            value={value.recipe}
            onChange={recipe => set({ recipe })}
          />
          <DecisionSettings options={options} value={value.decisions} onChange={decisions => set({ decisions })} />
          <NumberInput
            label="Seed"
            description="The same seed on the same data gives the same runs."
            min={0}
            max={2 ** 31 - 1}
            allowDecimal={false}
            value={value.seed}
            onChange={next => set({ seed: typeof next === 'number' ? next : 0 })}
          />
          <TextInput
            label="Name"
            description="An experiment of this name with the same data, target and task gets the runs added."
            placeholder="made from data and target"
            maxLength={100}
            value={value.name}
            onChange={e => set({ name: e.currentTarget.value })}
          />
        </Stack>
      </div>
    </Panel>
  )
}

/** What is set, seen while it is closed. */
function summaryOf(options: LaunchOptions, value: Advanced, byAutoml: boolean): string {
  const { classWeights, calibration, threshold } = value.decisions
  const parts = [
    byAutoml ? null : value.trainers.length > 0 ? value.trainers.join(', ') : 'all trainers',
    `${value.split ?? options.split} split`,
    value.ignored.length > 0 ? `without ${value.ignored.join(', ')}` : null,
    value.recipe ? `recipe ${value.recipe}` : null,
    classWeights ? 'classes weighed equally' : null,
    calibration ? `calibrated (${calibration})` : null,
    threshold ? 'own threshold' : null,
    value.seed !== 0 ? `seed ${value.seed}` : null,
    value.name !== '' ? `named ${value.name}` : null,
  ]
  return parts.filter(part => part !== null).join(' · ')
}

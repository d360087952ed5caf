import { TextInput } from '@mantine/core'
import { useState } from 'react'

const DATE = '\\d{4}-\\d{2}-\\d{2}'
const PATTERNS = {
  date: new RegExp(`^${DATE}$`),
  instant: new RegExp(`^${DATE}(?:[T ]\\d{2}:\\d{2}(?::\\d{2})?(?:Z|[+-]\\d{2}:\\d{2})?)?$`),
}
const EXAMPLES = { date: 'YYYY-MM-DD', instant: 'YYYY-MM-DD HH:MM' }

const isGood = (text: string, kind: 'date' | 'instant') => {
  if (!PATTERNS[kind].test(text)) return false
  const day = text.slice(0, 10)
  const parsed = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day)
}

/** A date or a time in ISO order in every browser and language; applied when the field loses focus or by Enter. */
export function InstantField({
  label,
  hiddenLabel,
  description,
  kind = 'date',
  value,
  size,
  width,
  onChange,
}: {
  label?: string
  hiddenLabel?: string
  description?: string
  kind?: 'date' | 'instant'
  value: string | null
  size?: string
  width?: number
  onChange: (value: string | null) => void
}) {
  const [draft, setDraft] = useState<{ of: string | null; text: string }>({ of: value, text: value ?? '' })
  // Another value, for example from the address, replaces what was typed.
  const text = draft.of === value ? draft.text : (value ?? '')
  const wrong = text !== '' && !isGood(text.trim(), kind)
  const apply = () => {
    const next = text.trim().replace(' ', 'T') || null
    if (!wrong && next !== value) onChange(next)
  }
  return (
    <TextInput
      label={label}
      aria-label={hiddenLabel}
      description={description}
      placeholder={hiddenLabel ? `${hiddenLabel} ${EXAMPLES[kind]}` : EXAMPLES[kind]}
      size={size}
      w={width}
      value={text.replace('T', ' ')}
      error={wrong && text.trim().length >= 10 ? `Write it as ${EXAMPLES[kind]}.` : undefined}
      onChange={event => setDraft({ of: value, text: event.currentTarget.value })}
      onBlur={apply}
      onKeyDown={event => {
        if (event.key === 'Enter') apply()
      }}
    />
  )
}

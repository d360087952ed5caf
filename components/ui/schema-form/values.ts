import { type Field, type FieldOf, type FormValues, isShown } from './field.ts'

/** Returns what the inputs show at first: the given values, else the defaults, else blank ones. */
export function initialValues(fields: readonly Field[], given: FormValues = {}): FormValues {
  return Object.assign({}, ...fields.map(field => initialPart(field, given)))
}

function initialPart(field: Field, given: FormValues): FormValues {
  if (field.kind === 'union' && field.name === '') return initialVariant(field, given)
  return { [field.name]: initialValue(field, given[field.name] ?? field.initial) }
}

function initialValue(field: Field, value: unknown): unknown {
  switch (field.kind) {
    case 'fixed':
      return field.value
    case 'switch':
      return value === true
    case 'number':
      return typeof value === 'number' ? value : ''
    case 'choice':
    case 'column':
      return typeof value === 'string' ? value : null
    case 'choices':
    case 'columns':
    case 'list':
    case 'numbers':
      return Array.isArray(value) ? value.map(String) : []
    case 'pairs':
      return Object.entries((value ?? {}) as FormValues).map(([name, text]) => ({ name, value: String(text) }))
    case 'rows':
      return ((value ?? []) as FormValues[]).map(row => initialValues(field.fields, row))
    case 'group':
      return initialValues(field.fields, value as FormValues | undefined)
    case 'union':
      return initialVariant(field, (value ?? {}) as FormValues)
    default:
      return value === undefined || value === null ? '' : String(value)
  }
}

/** Values of the variant that `given` names, else of the first. */
export function initialVariant(field: FieldOf<'union'>, given: FormValues): FormValues {
  const variant = variantOf(field, given) ?? field.variants[0]!
  return { ...initialValues(variant.fields, given), [field.by]: variant.value }
}

/** Returns the values after another variant is chosen: inputs that both variants have keep theirs. */
export function switchVariant(field: FieldOf<'union'>, values: FormValues, to: string): FormValues {
  const before = variantOf(field, values)?.fields ?? []
  const after = field.variants.find(variant => variant.value === to)?.fields ?? []
  const kept = after.filter(
    next => next.kind !== 'group' && before.some(last => last.name === next.name && last.kind === next.kind),
  )
  return initialVariant(field, { ...Object.fromEntries(kept.map(({ name }) => [name, values[name]])), [field.by]: to })
}

/** Returns the variant that these values are of. */
export const variantOf = (field: FieldOf<'union'>, values: FormValues) =>
  field.variants.find(variant => variant.value === values[field.by])

/** Returns the values as the contract takes them: blank optional ones are absent, and what is not shown is left out. */
export function cleanValues(fields: readonly Field[], values: FormValues): FormValues {
  const clean = fields.flatMap((field): [string, unknown][] => {
    if (field.showIf && !isShown(field, values)) return []
    if (field.kind === 'union' && field.name === '')
      return Object.entries(cleanValues(variantOf(field, values)?.fields ?? [], values))
    const value = cleanValue(field, values[field.name])
    return value === undefined ? [] : [[field.name, value]]
  })
  return Object.fromEntries(clean)
}

function cleanValue(field: Field, value: unknown): unknown {
  // A blank value that must be given stays, so that validation names the field.
  const blank = field.required ? value : field.nullable ? null : undefined
  switch (field.kind) {
    case 'fixed':
      return field.value
    case 'switch':
      return value === true || field.required || field.initial !== undefined ? value === true : undefined
    case 'number':
      return typeof value === 'number' ? value : field.required ? undefined : blank
    case 'scalar':
      return isBlank(value) ? (field.required ? undefined : blank) : numberOrText(String(value))
    case 'choices':
    case 'columns':
    case 'list':
      return isBlank(value) ? blank : value
    case 'numbers':
      return isBlank(value) ? blank : (value as string[]).map(Number)
    case 'pairs': {
      const pairs = (value ?? []) as { name: string; value: string }[]
      return Object.fromEntries(
        pairs.filter(pair => pair.name.trim() !== '').map(pair => [pair.name.trim(), pair.value]),
      )
    }
    case 'rows':
      return ((value ?? []) as FormValues[]).map(row => cleanValues(field.fields, row))
    case 'group': {
      const group = cleanValues(field.fields, (value ?? {}) as FormValues)
      return field.required || Object.keys(group).length > 0 ? group : undefined
    }
    case 'union':
      return cleanValues(variantOf(field, (value ?? {}) as FormValues)?.fields ?? [], (value ?? {}) as FormValues)
    default:
      return isBlank(value) ? (value === null && field.required ? undefined : blank) : value
  }
}

const isBlank = (value: unknown) =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0)

const numberOrText = (text: string) => (Number.isNaN(Number(text)) ? text.trim() : Number(text))

/** Returns an error for every shown field that must be filled in and is blank, by path. */
export function requiredErrors(fields: readonly Field[], values: FormValues, parent = ''): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const field of fields) {
    if (!isShown(field, values)) continue
    const path = [parent, field.name].filter(part => part !== '').join('.')
    const value = field.name === '' ? values : values[field.name]
    if (field.kind === 'group') Object.assign(errors, requiredErrors(field.fields, value as FormValues, path))
    else if (field.kind === 'union')
      Object.assign(
        errors,
        requiredErrors(variantOf(field, value as FormValues)?.fields ?? [], value as FormValues, path),
      )
    else if (field.kind === 'rows')
      for (const [i, row] of ((value ?? []) as FormValues[]).entries())
        Object.assign(errors, requiredErrors(field.fields, row, `${path}.${i}`))
    else if (field.required && field.kind !== 'switch' && field.kind !== 'pairs' && isBlank(value))
      errors[path] = `${field.label} is required.`
  }
  return errors
}

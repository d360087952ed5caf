import { z } from 'zod'
import type { Field, FieldBase, FieldKind, Option, TextInputKind } from './field.ts'

/** The part of JSON Schema (2020-12) that forms understand, with the hints that a contract adds by `.meta()`. */
export interface JsonSchema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  maxLength?: number
  format?: string
  default?: unknown
  title?: string
  description?: string
  placeholder?: string
  unit?: string
  step?: number
  /** How a text, a list of texts or an enumeration is entered. */
  input?: TextInputKind | 'column' | 'columns' | 'segmented'
  autoComplete?: string
  /** Of the values of an enumeration. */
  labels?: Record<string, string>
  descriptions?: Record<string, string>
  advanced?: boolean
  hidden?: boolean
  readOnly?: boolean
  showIf?: { field: string; is: readonly unknown[] }
}

/** Changes to a field that only the page knows, by the field's path. */
export type Hints = Record<string, Omit<JsonSchema, 'required'> & { required?: boolean }>

/** Returns the inputs of a form for a contract, in the order of its properties. */
export const fieldsOf = (schema: z.ZodType, hints: Hints = {}): Field[] =>
  fieldsOfJsonSchema(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, hints)

/** Returns the inputs of a form for a JSON Schema. */
export const fieldsOfJsonSchema = (schema: JsonSchema, hints: Hints = {}): Field[] => objectFields(schema, hints, '')

function objectFields(schema: JsonSchema, hints: Hints, path: string): Field[] {
  if (schema.allOf) return schema.allOf.flatMap(part => objectFields(part, hints, path))
  const variants = schema.oneOf ?? schema.anyOf
  if (variants) return rootUnion({ ...schema, title: hints[path]?.title ?? schema.title }, variants, hints, path)
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).map(([name, property]) =>
    readField(name, property, required.has(name), hints, path === '' ? name : `${path}.${name}`),
  )
}

/** A union at the parent's own path. What all variants share follows it, so that it stays when another one is chosen. */
function rootUnion(schema: JsonSchema, variants: JsonSchema[], hints: Hints, path: string): Field[] {
  const [first, ...rest] = variants
  const same = (name: string, property: JsonSchema) =>
    rest.every(variant => JSON.stringify(variant.properties?.[name]) === JSON.stringify(property))
  const shared = Object.entries(first?.properties ?? {}).filter(([name, property]) => same(name, property))
  const names = new Set(shared.map(([name]) => name))
  const own = variants.map(variant => ({
    ...variant,
    properties: Object.fromEntries(Object.entries(variant.properties ?? {}).filter(([name]) => !names.has(name))),
  }))
  const common = { properties: Object.fromEntries(shared), required: first?.required }
  return [{ ...base('', schema, true), ...unionOf(own, hints, path) }, ...objectFields(common, hints, path)]
}

function readField(name: string, given: JsonSchema, required: boolean, hints: Hints, path: string): Field {
  const { required: mustBeGiven = required, ...hint } = hints[path] ?? {}
  const { schema, nullable } = withoutNull({ ...given, ...hint })
  const common = { ...base(name, schema, mustBeGiven && !nullable), nullable: nullable && required }
  return { ...common, ...readKind(schema, hints, path) }
}

function base(name: string, schema: JsonSchema, required: boolean): FieldBase {
  return {
    name,
    label: schema.title ?? spacedName(name),
    description: schema.description,
    placeholder: schema.placeholder,
    unit: schema.unit,
    required,
    nullable: false,
    initial: schema.default,
    advanced: schema.advanced,
    hidden: schema.hidden,
    readOnly: schema.readOnly,
    showIf: schema.showIf,
  }
}

/** `maxCategories` → `Max categories`. */
const spacedName = (name: string) => {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase()
}

/** `anyOf [X, null]` is X that may be null; hints of X rise to the field. */
function withoutNull(schema: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const parts = schema.anyOf
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter(type => type !== 'null')
    const nullable = types.length < schema.type.length
    return { schema: { ...schema, type: types.length === 1 ? types[0] : types }, nullable }
  }
  if (!parts?.some(part => part.type === 'null')) return { schema, nullable: false }
  const real = parts.filter(part => part.type !== 'null')
  const { anyOf: _, ...own } = schema
  return { schema: real.length === 1 ? { ...real[0], ...own } : { ...own, anyOf: real }, nullable: true }
}

function readKind(schema: JsonSchema, hints: Hints, path: string): FieldKind {
  if ('const' in schema) return { kind: 'fixed', value: schema.const }
  if (schema.type === 'null') return { kind: 'fixed', value: null }
  if (schema.enum) return { kind: 'choice', options: optionsOf(schema), segmented: schema.input === 'segmented' }
  const parts = schema.oneOf ?? schema.anyOf
  if (Array.isArray(schema.type)) return { kind: 'scalar' }
  if (parts) return parts.every(part => part.properties) ? unionOf(parts, hints, path) : { kind: 'scalar' }
  switch (schema.type) {
    case 'boolean':
      return { kind: 'switch' }
    case 'number':
    case 'integer':
      return numberOf(schema)
    case 'array':
      return listOf(schema, hints, path)
    case 'object':
      return schema.properties
        ? { kind: 'group', fields: objectFields(schema, hints, path) }
        : { kind: 'pairs', secret: schema.input === 'password' }
    default:
      return textOf(schema)
  }
}

function textOf(schema: JsonSchema): FieldKind {
  const { input, format } = schema
  if (input === 'column') return { kind: 'column' }
  if (format === 'date' || format === 'date-time') return { kind: 'date', time: format === 'date-time' }
  const known = input !== undefined && input !== 'columns' && input !== 'segmented' ? input : undefined
  return {
    kind: 'text',
    input: known ?? (format === 'email' ? 'email' : format === 'uri' ? 'url' : 'line'),
    maxLength: schema.maxLength,
    autoComplete: schema.autoComplete,
  }
}

function numberOf(schema: JsonSchema): FieldKind {
  const bound = (n: number | undefined) =>
    n !== undefined && Number.isSafeInteger(n) && Math.abs(n) === Number.MAX_SAFE_INTEGER ? undefined : n
  return {
    kind: 'number',
    integer: schema.type === 'integer',
    min: bound(schema.minimum ?? schema.exclusiveMinimum),
    max: bound(schema.maximum ?? schema.exclusiveMaximum),
    step: schema.step,
  }
}

function listOf(schema: JsonSchema, hints: Hints, path: string): FieldKind {
  const items = schema.items ?? {}
  if (schema.input === 'columns') return { kind: 'columns', max: limitOf(schema) }
  if (items.enum) return { kind: 'choices', options: optionsOf({ ...items, labels: schema.labels ?? items.labels }) }
  if (items.properties) return { kind: 'rows', fields: objectFields(items, hints, path) }
  return { kind: items.type === 'number' || items.type === 'integer' ? 'numbers' : 'list' }
}

/** A limit that is worth showing: long lists have one only as a guard. */
const limitOf = (schema: JsonSchema) =>
  schema.maxItems !== undefined && schema.maxItems <= 20 ? schema.maxItems : undefined

const optionsOf = ({ enum: values = [], labels = {}, descriptions = {} }: JsonSchema): Option[] =>
  values.map(String).map(value => {
    const option = { value, label: labels[value] ?? value }
    return descriptions[value] === undefined ? option : { ...option, description: descriptions[value] }
  })

/** A discriminated union: the property that is constant in every variant chooses. */
function unionOf(parts: JsonSchema[], hints: Hints, path: string): FieldKind {
  const [first, ...rest] = parts.map(part => part.properties ?? {})
  const by = Object.keys(first ?? {}).find(
    name => 'const' in first![name]! && rest.every(properties => 'const' in (properties[name] ?? {})),
  )
  if (by === undefined) throw new Error('A form needs a union that is discriminated by a property.')
  const variants = parts.map(part => {
    const value = String(part.properties![by]!.const)
    return {
      value,
      label: part.title ?? hints[path]?.labels?.[value] ?? spacedName(value),
      fields: objectFields(part, hints, path),
    }
  })
  return { kind: 'union', by, variants }
}

import { z } from 'zod'

interface JsonSchema {
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  prefixItems?: JsonSchema[]
  minItems?: number
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  format?: string
  pattern?: string
  minLength?: number
  minimum?: number
  exclusiveMinimum?: number
  default?: unknown
}

/** Texts that the patterns of our contracts are tried with. */
const TEXTS = [
  'aa',
  'aaaaaaaaaa',
  'aa@1',
  'aa@example.org',
  '1',
  'v1',
  'e'.repeat(64),
  'e'.repeat(32),
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
]

const SOME_ID = '0198c0de-0000-7000-8000-000000000000'

function text(schema: JsonSchema): string {
  if (schema.format === 'uuid') return SOME_ID
  const fits = (candidate: string) =>
    candidate.length >= (schema.minLength ?? 0) && (!schema.pattern || new RegExp(schema.pattern, 'u').test(candidate))
  return TEXTS.find(fits) ?? 'a'.repeat(Math.max(2, schema.minLength ?? 0))
}

/** The smallest value that a schema takes; its optional parts are left out unless `withAll`. */
function smallest(schema: JsonSchema, withAll: boolean): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const choice = schema.anyOf ?? schema.oneOf
  if (choice) return smallest(choice[0] ?? {}, withAll)
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(part => smallest(part, withAll)))
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => withAll || schema.required?.includes(name))
          .map(([name, part]) => [name, smallest(part, withAll)]),
      )
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 0, withAll ? 1 : 0) }, (_, i) =>
        smallest(schema.prefixItems?.[i] ?? schema.items ?? {}, withAll),
      )
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum === undefined ? 1 : schema.exclusiveMinimum + 1)
    case 'boolean':
      return false
    case 'null':
      return null
    case 'string':
      return text(schema)
    default:
      return 'aa'
  }
}

/** An input that a procedure takes, as far as its schemas can say; made from the schemas themselves. */
export function generateInput(parsers: readonly unknown[], withAll = false): Record<string, unknown> {
  const parts = parsers.map(parser =>
    smallest(z.toJSONSchema(parser as z.ZodType, { io: 'input', unrepresentable: 'any' }) as JsonSchema, withAll),
  )
  return Object.assign({}, ...parts) as Record<string, unknown>
}

/** Whether a procedure's schemas take the input. */
export const isTaken = (parsers: readonly unknown[], input: unknown): boolean =>
  parsers.every(parser => (parser as z.ZodType).safeParse(input).success)

/** Copies of `input` in which one text after the other (at any depth) is `text`. The project's name stays. */
export function* withText(input: Record<string, unknown>, text: string): Generator<Record<string, unknown>> {
  const walk = function* (value: unknown): Generator<unknown> {
    if (typeof value === 'string') yield text
    else if (Array.isArray(value))
      for (const [i, part] of value.entries()) for (const next of walk(part)) yield value.with(i, next)
    else if (value !== null && typeof value === 'object')
      for (const [key, part] of Object.entries(value)) for (const next of walk(part)) yield { ...value, [key]: next }
  }
  for (const [key, part] of Object.entries(input))
    if (key !== 'project') for (const next of walk(part)) yield { ...input, [key]: next }
}

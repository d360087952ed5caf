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

export const SOME_ID = '0198c0de-0000-7000-8000-000000000000'

function text(schema: JsonSchema): string {
  if (schema.format === 'uuid') return SOME_ID
  const fits = (candidate: string) =>
    candidate.length >= (schema.minLength ?? 0) && (!schema.pattern || new RegExp(schema.pattern, 'u').test(candidate))
  return TEXTS.find(fits) ?? 'a'.repeat(Math.max(2, schema.minLength ?? 0))
}

/** The smallest value that a schema takes, with every optional part left out. */
function smallest(schema: JsonSchema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const choice = schema.anyOf ?? schema.oneOf
  if (choice) return smallest(choice[0] ?? {})
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(smallest))
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, part]) => [name, smallest(part)]),
      )
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, (_, i) =>
        smallest(schema.prefixItems?.[i] ?? schema.items ?? {}),
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
export function generateInput(parsers: readonly unknown[]): Record<string, unknown> {
  const parts = parsers.map(parser =>
    smallest(z.toJSONSchema(parser as z.ZodType, { io: 'input', unrepresentable: 'any' }) as JsonSchema),
  )
  return Object.assign({}, ...parts) as Record<string, unknown>
}

export const accepts = (parsers: readonly unknown[], input: unknown): boolean =>
  parsers.every(parser => (parser as z.ZodType).safeParse(input).success)

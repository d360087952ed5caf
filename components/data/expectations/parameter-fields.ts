import { z } from 'zod'
import { type CheckType, checkSchema } from '#server/data/expectations/contract.ts'

interface Part {
  type?: string | string[]
  anyOf?: Part[]
  enum?: unknown[]
  items?: Part
  title?: string
  description?: string
  default?: unknown
}

export interface Field {
  name: string
  label: string
  description: string | undefined
  kind: 'number' | 'bound' | 'text' | 'choice' | 'flag' | 'lines' | 'columns'
  choices: string[]
  required: boolean
  initial: string | boolean
}

const typeOf = (part: Part): { kind: Field['kind']; optional: boolean } => {
  const parts = part.anyOf ?? [part]
  const types = parts.flatMap(p => (p.anyOf ?? [p]).flatMap(q => q.type ?? []))
  const optional = types.includes('null')
  const real = types.filter(t => t !== 'null')
  if (part.enum) return { kind: 'choice', optional }
  if (real.length > 1) return { kind: 'bound', optional }
  if (real[0] === 'boolean') return { kind: 'flag', optional }
  if (real[0] === 'number' || real[0] === 'integer') return { kind: 'number', optional }
  if (real[0] === 'array') return { kind: part.items?.type === 'object' ? 'columns' : 'lines', optional }
  return { kind: 'text', optional }
}

const optionOf = (type: CheckType) => checkSchema.options.find(o => o.shape.type.value === type)!

/** Whether a check is about one column. */
export const needsColumn = (type: CheckType): boolean => optionOf(type).shape.column instanceof z.ZodString

/** The inputs of a form for the parameters of a check, read off the contract itself. */
export function fieldsOf(type: CheckType): Field[] {
  const schema = z.toJSONSchema(optionOf(type).shape.parameters, { io: 'input' }) as {
    properties?: Record<string, Part>
    required?: string[]
  }
  return Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const { kind, optional } = typeOf(part)
    return {
      name,
      label: part.title ?? name,
      description: part.description,
      kind,
      choices: (part.enum ?? []).map(String),
      required: !optional && (schema.required ?? []).includes(name),
      initial: kind === 'flag' ? part.default === true : textOf(kind, part.default),
    }
  })
}

/** A parameter as the text that a person edits. */
export function textOf(kind: Field['kind'], value: unknown): string {
  if (value === null || value === undefined) return ''
  if (kind === 'lines') return (value as string[]).join('\n')
  if (kind === 'columns')
    return (value as { name: string; type?: string }[]).map(c => (c.type ? `${c.name}: ${c.type}` : c.name)).join('\n')
  return String(value)
}

const lines = (text: string) => text.split('\n').filter(l => l !== '')

/** The edited text as a parameter; undefined when it is empty. What cannot be read stays text, and the contract refuses it in words. */
export function parameterOf(kind: Field['kind'], text: string | boolean): unknown {
  if (typeof text === 'boolean') return text
  if (kind === 'lines') return lines(text)
  if (kind === 'columns')
    return lines(text).map(line => {
      const at = line.lastIndexOf(': ')
      return at < 1 ? { name: line } : { name: line.slice(0, at), type: line.slice(at + 2).trim() }
    })
  if (text.trim() === '') return undefined
  if (kind === 'number' || kind === 'bound') {
    const number = Number(text)
    return Number.isNaN(number) ? text.trim() : number
  }
  return text
}

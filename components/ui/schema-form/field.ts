/** One input of a form, read from a schema. The values it edits are those of `values.ts`. */
export interface FieldBase {
  /** Empty for a union whose variants lie at the parent's own path. */
  name: string
  label: string
  description?: string
  placeholder?: string
  /** Shown at the end of a number input, such as `rows`. */
  unit?: string
  required: boolean
  /** A blank value becomes null. */
  nullable: boolean
  /** The schema's default; undefined if it has none. */
  initial?: unknown
  /** Shown in the collapsed Advanced section. */
  advanced?: boolean
  /** Keeps its value without an input. */
  hidden?: boolean
  readOnly?: boolean
  /** Shown only while the sibling field has one of these values. */
  showIf?: { field: string; is: readonly unknown[] }
}

export interface Option {
  value: string
  label: string
  description?: string
}

export type TextInputKind = 'line' | 'multiline' | 'code' | 'password' | 'email' | 'url'

export type FieldKind =
  | { kind: 'text'; input: TextInputKind; maxLength?: number; autoComplete?: string }
  | { kind: 'number'; integer: boolean; min?: number; max?: number; step?: number }
  /** A number or a text; what reads as a number is a number. */
  | { kind: 'scalar' }
  | { kind: 'switch' }
  | { kind: 'choice'; options: Option[]; segmented: boolean }
  | { kind: 'choices'; options: Option[] }
  /** One of the columns that the form offers. */
  | { kind: 'column' }
  | { kind: 'columns'; max?: number }
  | { kind: 'date'; time: boolean }
  | { kind: 'list' }
  | { kind: 'numbers' }
  /** A record of texts, edited as rows of name and value. */
  | { kind: 'pairs'; secret: boolean }
  | { kind: 'rows'; fields: Field[] }
  | { kind: 'group'; fields: Field[] }
  | { kind: 'union'; by: string; variants: (Option & { fields: Field[] })[] }
  | { kind: 'fixed'; value: unknown }

export type Field = FieldBase & FieldKind
export type FieldOf<K extends Field['kind']> = Extract<Field, { kind: K }>

export type FormValues = Record<string, unknown>

/** The path of a field below its parent, as `@mantine/form` writes it. */
export const pathOf = (parent: string, name: string | number): string =>
  parent === '' ? String(name) : name === '' ? parent : `${parent}.${name}`

/** Whether the field is shown, given the values of its siblings. */
export const isShown = (field: Field, siblings: FormValues): boolean =>
  !field.hidden &&
  field.kind !== 'fixed' &&
  (field.showIf === undefined || field.showIf.is.includes(siblings[field.showIf.field]))

import { z } from 'zod'
import type { ColumnFormat } from '#ml/cells/column-format.ts'
import type { ClassWarning } from '#ml/index.ts'
import { resourceNameSchema } from '#server/access/contract.ts'
import { hasHidden } from '#server/kernel/name-rules.ts'
import type { Measured } from '#server/training/contract.ts'
import type { VersionState } from './states/contract.ts'

export * from './states/contract.ts'

export const registerInputSchema = z.object({
  /** A run's id: UUID or its 32 hex digits. */
  run: z.string().min(1).max(64),
  name: resourceNameSchema.meta({
    title: 'Model',
    description: 'A new name creates a model; an existing one adds a version.',
  }),
  note: z.string().max(2000, 'At most 2000 characters.').optional().meta({ title: 'Change note', input: 'multiline' }),
})
export type RegisterInput = z.infer<typeof registerInputSchema>

/** `name` or `name@3` or `name@champion`. */
export const modelRefSchema = z
  .string()
  .max(220)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}(@[a-zA-Z0-9_.-]{1,100})?$/, 'A model’s name, or name@version.')

export const describeInputSchema = z.object({
  model: resourceNameSchema,
  description: z.string().max(10_000, 'At most 10,000 characters.'),
})
export type DescribeInput = z.infer<typeof describeInputSchema>

const labelSchema = z.string().min(1).max(200)
/** As in the data that the model gets: not changed to another form. */
const columnNameSchema = labelSchema.refine(name => !hasHidden(name), 'No invisible characters.')
export const importInputSchema = z.object({
  /** SHA-256 of an uploaded ONNX file. */
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'A SHA-256: 64 hexadecimal digits.'),
  name: resourceNameSchema,
  note: z.string().max(2000, 'At most 2000 characters.').optional(),
  /** Default: the task that the file's outputs suggest. */
  task: z.enum(['regression', 'binary', 'multiclass']).optional(),
  /** Name of the predicted column. */
  target: columnNameSchema.default('prediction'),
  /** Names of the columns, in the order of the file's inputs. */
  columns: z.array(columnNameSchema).max(100_000).optional(),
  /** Names of the classes, in the order of the probabilities. */
  classes: z.array(labelSchema).min(2).max(1000).optional(),
})
export type ImportInput = z.infer<typeof importInputSchema>

/** Export formats: for any ONNX runtime, or FlexiML's bundle. */
export type ExportFormat = 'onnx' | 'bundle'

/** What the inference server loads, or why it cannot. */
export type Servable = { kind: 'native'; digest: string } | { kind: 'none'; reason: string }

/** One column of a request. */
export interface SignatureColumn {
  name: string
  type: string
  nullable: boolean
  domain?: string[] | { min: number; max: number }
  /** How its cells are written in files and requests. */
  format?: ColumnFormat
}
export interface Signature {
  columns: SignatureColumn[]
  /** The target's name, if known. */
  target?: string
  task?: string
  classes?: string[]
  /** How true values of the target are written; absent: a version of an earlier release. */
  targetColumn?: TargetColumn
}
export interface TargetColumn {
  type?: string
  format?: ColumnFormat
  /** Of a boolean: [false word, true word]. */
  words?: string[]
}

export interface VersionSummary {
  version: number
  /** SHA-256 of the bundle. */
  digest: string
  aliases: string[]
  state: VersionState
  /** Run that trained it. */
  run: string | null
  metrics: Record<string, number | null>
  /** Values on the run's validation rows, with 95 % intervals if known. */
  intervals: Record<string, Measured>
  /** What its validation rows or predictions lack: it predicts one class only, a class is missing or rare. */
  classWarnings: ClassWarning[]
  /** The metric by which the run's experiment ranks. */
  metric: string | null
  servable: Servable
  note: string
  createdAt: string
  createdBy: string
}

export interface ModelSummary {
  model: string
  description: string
  latestVersion: number
  champion: number | null
  metrics: Record<string, number | null>
  createdAt: string
  updatedAt: string
}

export interface ModelDetail {
  id: string
  model: string
  description: string
  versions: VersionSummary[]
  aliases: Record<string, number>
  signature: Signature | null
}

import { z } from 'zod'
import { nameAtVersion } from '../contract.ts'

export const MAX_NOTE = 2000
export const tagSchema = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._/-]{0,39}$/u, 'Use letters, digits and . _ / -; at most 40 characters.')
  .meta({ type: 'string' })

export const annotateInput = z.object({
  dataset: nameAtVersion,
  /** Why the version exists, what is special about it. */
  note: z
    .string()
    .max(MAX_NOTE)
    .optional()
    .meta({ title: 'Note', input: 'multiline', description: 'Why this version exists or what is special about it.' }),
  tags: z.array(tagSchema).max(20).optional().meta({ title: 'Tags', description: 'Press Enter after each tag.' }),
})
export type AnnotateInput = z.infer<typeof annotateInput>

/** A version as its tab shows it. */
export interface VersionDetail {
  id: string
  version: number
  rows: number
  columns: number
  bytes: number
  digest: string
  /** Description of the source. */
  source: string
  /** The version from which it was made. */
  parent: { dataset: string; version: number } | null
  note: string
  tags: string[]
  /** Violations of the contract, as sentences. */
  breaks: string[]
  deleted: boolean
  createdAt: string
  createdBy: string
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Describes where a version's rows come from, using its stored `source`. Unknown kinds return their name. */
export function describeSource(source: Record<string, unknown>): string {
  const name = text(source.fileName)
  switch (source.kind) {
    case undefined:
    case 'upload':
      return name ? `file ${name}` : 'an upload'
    case 'url':
      return text(source.url) ?? 'an address'
    case 'database':
      return `${text(source.engine) ?? 'database'} ${[text(source.host), text(source.database)].filter(Boolean).join('/')}`.trim()
    case 'objects':
      return `${text(source.provider) ?? 'object store'} ${[text(source.bucket), text(source.prefix)].filter(Boolean).join('/')}`.trim()
    case 'query':
      return `a query over ${text(source.dataset) ?? 'a dataset'}${typeof source.version === 'number' ? ` v${source.version}` : ''}`
    default:
      return text(source.words) ?? name ?? String(source.kind).replaceAll('-', ' ').slice(0, 100)
  }
}

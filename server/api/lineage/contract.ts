import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { nameAtVersion } from '#server/data/contract.ts'

export const ofVersionInput = z.object({ dataset: nameAtVersion })
export const ofModelInput = z.object({ model: resourceNameSchema, version: z.int().min(1) })

/** Single runs that are drawn; more of an experiment stand together. */
export const MOST_RUNS = 12

/** Something in the history of data and models. What it is decides which page shows it. */
export type LineageNode = { id: string; label: string; detail: string; here: boolean } & (
  | { kind: 'source' }
  | { kind: 'version'; dataset: string; version: number }
  | { kind: 'run'; run: string }
  | { kind: 'runs'; experiment: string; count: number }
  | { kind: 'model'; model: string; version: number }
  | { kind: 'endpoint'; endpoint: string }
)

export interface LineageEdge {
  from: string
  to: string
  /** What happened along it, as `trained`. */
  words: string
  /** An endpoint that served the version earlier. */
  past?: true
}

export interface Lineage {
  nodes: LineageNode[]
  edges: LineageEdge[]
  /** true: there is more than is drawn. */
  truncated: boolean
}

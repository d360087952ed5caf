import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { nameAtVersion } from '#server/data/contract.ts'

export const ofVersionInput = z.object({ dataset: nameAtVersion })
export const ofModelInput = z.object({ model: resourceNameSchema, version: z.int().min(1) })

/** Runs that are drawn one by one; more runs of an experiment are drawn as a group. */
export const MAX_RUNS = 12

/** A node of the lineage graph. Its kind decides which page shows it. */
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
  /** Label of the edge, for example `trained`. */
  words: string
  /** An endpoint that served the version earlier. */
  past?: true
}

export interface Lineage {
  nodes: LineageNode[]
  edges: LineageEdge[]
  /** True if the graph is larger than what is drawn. */
  truncated: boolean
}

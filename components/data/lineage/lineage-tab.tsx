'use client'
import type { Shown } from '../client.ts'
import { LineageGraph } from './lineage-graph.tsx'

/** Where this version comes from and what was made of it. */
export function LineageTab({ project, shown }: { project: string; shown: Shown }) {
  return <LineageGraph project={project} of={{ dataset: `${shown.dataset}@${shown.version}` }} />
}

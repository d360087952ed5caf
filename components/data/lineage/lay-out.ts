import dagre from '@dagrejs/dagre'
import type { Lineage, LineageNode } from '#server/api/lineage/contract.ts'
import { SUBJECTS, type Subject } from '#server/platform/subjects/contract.ts'
import { paths } from '../../ui/paths.ts'

export const NODE = { width: 220, height: 64 }

/** The place of each node's upper left corner, from left to right as things came about. */
export function layOut(lineage: Pick<Lineage, 'nodes' | 'edges'>): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph().setDefaultEdgeLabel(() => ({}))
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 76 })
  for (const node of lineage.nodes) graph.setNode(node.id, { ...NODE })
  for (const edge of lineage.edges) graph.setEdge(edge.from, edge.to)
  dagre.layout(graph)
  return new Map(
    lineage.nodes.map(node => {
      const { x, y } = graph.node(node.id)
      return [node.id, { x: x - NODE.width / 2, y: y - NODE.height / 2 }]
    }),
  )
}

/** The page that shows a node; a source has none. */
export function nodeHref(project: string, node: LineageNode): string | null {
  switch (node.kind) {
    case 'version':
      return paths.dataset(project, node.dataset, { v: node.version, tab: 'lineage' })
    case 'run':
      return paths.run(project, node.run)
    case 'runs':
      return paths.experiment(project, node.experiment)
    case 'model':
      return paths.model(project, node.model)
    case 'endpoint':
      return paths.endpoint(project, node.endpoint)
    case 'source':
      return null
  }
}

const GROUPS: Partial<Record<LineageNode['kind'], string>> = { source: 'Source', runs: 'Runs' }

/** What a node is, as `Dataset version`. */
export function kindTitle(kind: LineageNode['kind']): string {
  const title =
    GROUPS[kind] ?? Object.values<Subject>(SUBJECTS).find(subject => subject.lineage === kind)?.title ?? kind
  return title.charAt(0).toUpperCase() + title.slice(1)
}

const ORDER: LineageNode['kind'][] = ['source', 'version', 'run', 'runs', 'model', 'endpoint']

/** As a list reads: sources first, endpoints last; each with what it came from, in words. */
export function listLineage({ nodes, edges }: Pick<Lineage, 'nodes' | 'edges'>) {
  const label = new Map(nodes.map(n => [n.id, n.label]))
  return nodes
    .map(node => ({
      node,
      from: edges.filter(e => e.to === node.id).map(e => `${label.get(e.from)} (${e.words})`),
    }))
    .sort((a, b) => ORDER.indexOf(a.node.kind) - ORDER.indexOf(b.node.kind))
}

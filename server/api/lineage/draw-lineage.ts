import type { NamedVersion } from '#server/data/service.ts'
import type { Link, Ref } from '#server/platform/links.ts'
import { RELATIONS, type Relation } from '#server/platform/subjects/contract.ts'
import type { NamedModelVersion } from '#server/registry/service.ts'
import type { NamedEndpoint } from '#server/serving/service.ts'
import type { NamedRun } from '#server/training/service.ts'
import { type LineageEdge, type LineageNode, MAX_RUNS } from './contract.ts'

export interface Named {
  versions: NamedVersion[]
  runs: NamedRun[]
  models: NamedModelVersion[]
  endpoints: NamedEndpoint[]
}

const count = (n: number, one: string) => `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`
const stepOf = (relation: Relation): string => RELATIONS[relation]?.step ?? relation

/** Groups runs without a model by their experiment; runs with a model are drawn one by one. */
function groupRuns(runs: readonly NamedRun[], links: readonly Link[]): Map<string, string> {
  const registered = new Set(links.filter(l => l.relation === 'registered-from').map(l => l.to.id))
  const quiet = runs.filter(r => !registered.has(r.id))
  const few = quiet.length <= MAX_RUNS
  return new Map(runs.map(r => [r.id, few || registered.has(r.id) ? `run:${r.id}` : `runs:${r.experimentId}`]))
}

/** Builds labeled nodes, and edges in the direction of the data flow. Leaves out what has no name any more. */
export function drawLineage(
  start: Ref,
  links: readonly Link[],
  named: Named,
): { nodes: LineageNode[]; edges: LineageEdge[] } {
  const nodes = new Map<string, LineageNode>()
  const edges = new Map<string, LineageEdge>()
  const put = (node: LineageNode) => void nodes.set(node.id, node)
  const join = (from: string, to: string, words: string, past = false) => {
    if (from !== to && nodes.has(from) && nodes.has(to))
      edges.set(`${from} ${to}`, { from, to, words, ...(past ? { past: true as const } : {}) })
  }
  const here = (kind: string, id: string) => start.kind === kind && start.id === id

  for (const v of named.versions) {
    const id = `dataset-version:${v.id}`
    put({
      id,
      kind: 'version',
      dataset: v.dataset,
      version: v.version,
      label: `${v.dataset} v${v.version}`,
      detail: count(v.rows, 'row'),
      here: here('dataset-version', v.id),
    })
    if (v.source === null) continue
    const source = `source:${v.source}`
    put({ id: source, kind: 'source', label: v.source, detail: 'source', here: false })
    join(source, id, 'read')
  }
  const nodeOfRun = groupRuns(named.runs, links)
  for (const r of named.runs) {
    const id = nodeOfRun.get(r.id)!
    const known = nodes.get(id)
    if (id.startsWith('run:'))
      put({
        id,
        kind: 'run',
        run: r.id,
        label: `${r.experiment} #${r.number}`,
        detail: `${r.trainer}, ${r.state}`,
        here: here('run', r.id),
      })
    else {
      const n = known?.kind === 'runs' ? known.count + 1 : 1
      put({
        id,
        kind: 'runs',
        experiment: r.experiment,
        count: n,
        label: r.experiment,
        detail: `${count(n, 'run')} without a model`,
        here: false,
      })
    }
  }
  for (const m of named.models)
    put({
      id: `model-version:${m.id}`,
      kind: 'model',
      model: m.model,
      version: m.version,
      label: `${m.model} v${m.version}`,
      detail: m.aliases.length > 0 ? m.aliases.join(', ') : 'registered',
      here: here('model-version', m.id),
    })
  for (const e of named.endpoints)
    put({
      id: `endpoint:${e.id}`,
      kind: 'endpoint',
      endpoint: e.name,
      label: e.name,
      detail: `answers with ${e.model} v${e.version}`,
      here: false,
    })

  const nodeOf = (ref: Ref) => (ref.kind === 'run' ? (nodeOfRun.get(ref.id) ?? '') : `${ref.kind}:${ref.id}`)
  const inForce = new Map(named.endpoints.map(e => [e.id, e.versionId]))
  // In a link the left side acted on the right one, which existed before.
  for (const { from, relation, to } of links) {
    const past = relation === 'serves' && inForce.get(from.id) !== to.id
    join(nodeOf(to), nodeOf(from), past ? 'served before' : stepOf(relation), past)
  }
  for (const v of named.versions)
    if (v.parentId) join(`dataset-version:${v.parentId}`, `dataset-version:${v.id}`, stepOf('made-from'))
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

import type { EndpointSummary } from '#server/serving/contract.ts'
import type { ServerModels, ShownModel } from '#server/serving/models/contract.ts'
import { formatBytes } from '../ui/format.ts'

const WORDS: Record<ShownModel['state'], string> = {
  loaded: 'loaded',
  loading: 'loading',
  unloaded: 'not loaded',
  out: 'out of traffic',
}
const LOOKS: Record<ShownModel['state'], string> = { loaded: 'ready', loading: 'running', unloaded: '', out: 'failed' }

export const modelState = ({ state }: Pick<ShownModel, 'state'>) => ({ look: LOOKS[state], word: WORDS[state] })

const RANK: ShownModel['state'][] = ['out', 'loading', 'loaded', 'unloaded']

/** The state to show for the champion of an endpoint over all servers: the worst. Undefined: no server reported one. */
export function championState({ models }: Pick<EndpointSummary, 'models'>): ShownModel['state'] | undefined {
  const states = models.flatMap(server => server.models.slice(0, 1).map(model => model.state))
  return RANK.find(state => states.includes(state))
}

export const memoryOf = ({ models }: Pick<EndpointSummary, 'models'>): number =>
  models.reduce((sum, server) => sum + server.models.reduce((own, model) => own + model.memoryBytes, 0), 0)

/** The memory of each server's models, as one sentence; undefined: no server reported it. */
export function memorySentence(endpoints: Pick<EndpointSummary, 'models'>[]): string | undefined {
  const servers = new Map<string, ServerModels>()
  for (const server of endpoints.flatMap(({ models }) => models)) servers.set(`${server.host}:${server.pid}`, server)
  if (servers.size === 0) return undefined
  const used = [...servers].map(([name, { loadedBytes, budgetBytes }]) => {
    const amount = `${formatBytes(loadedBytes)} of ${formatBytes(budgetBytes)}`
    return servers.size === 1 ? amount : `${amount} on ${name}`
  })
  return `Loaded models use ${used.join(', ')}.`
}

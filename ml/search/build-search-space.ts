import type { Trainer } from '../trainers/types.ts'
import type { SearchParameter, SearchSpace } from './types.ts'

/** Builds the search space of a trainer: its parameters that declare `search`. */
export function buildSearchSpace(trainer: Pick<Trainer, 'parameters'>): SearchSpace {
  return trainer.parameters.flatMap((descriptor): SearchParameter[] => {
    const { name } = descriptor
    switch (descriptor.kind) {
      case 'number':
      case 'integer': {
        if (!descriptor.search) return []
        const { low, high } = descriptor.search
        const kind = descriptor.kind === 'integer' ? 'int' : 'float'
        return [{ name, kind, low, high, ...(descriptor.scale === 'log' ? { log: true } : {}) }]
      }
      default:
        return descriptor.search ? [{ name, kind: 'categorical', choices: descriptor.search.choices }] : []
    }
  })
}

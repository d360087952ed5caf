import type { LoadedPredictor } from '#ml/index.ts'
import type { Signature } from './contract.ts'

type Described = Pick<LoadedPredictor['bundle'], 'signature' | 'target' | 'task' | 'classes'>

/** Returns the request and response columns, as stored with the version. */
export function describeSignature({ signature, target, task, classes }: Described): Signature {
  const { name: _, ...targetColumn } = target
  return {
    columns: signature.columns.map(({ name, type, nullable, domain, format }) => ({
      name,
      type,
      nullable,
      ...(domain ? { domain } : {}),
      ...(format ? { format } : {}),
    })),
    target: target.name,
    task,
    classes,
    targetColumn,
  }
}

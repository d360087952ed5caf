import { type LoadedPredictor, loadPredictor } from '#ml/index.ts'
import '#ml/onnx.ts'
import type { Servable, Signature } from './contract.ts'

type Described = Pick<LoadedPredictor['bundle'], 'signature' | 'target' | 'task' | 'classes'>

/** Opens the bundle once, so that every version marked as servable has been loaded before. */
export function readServable(bytes: Uint8Array, digest: string): { servable: Servable; signature: Signature } {
  try {
    const { bundle } = loadPredictor(bytes)
    return {
      servable: { kind: 'native', digest },
      signature: describeSignature(bundle),
    }
  } catch (error) {
    return { servable: { kind: 'none', reason: (error as Error).message }, signature: { columns: [] } }
  }
}

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

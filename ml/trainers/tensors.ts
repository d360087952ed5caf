import { BundleError } from '../errors.ts'
import type { Model, Tensor } from './types.ts'

/** Returns a model's tensor of exactly this shape. @throws BundleError when it is missing or has another shape. */
export function takeTensor(model: Model, name: string, shape: readonly number[]): Tensor['data'] {
  const tensor = Object.hasOwn(model.tensors, name) ? model.tensors[name] : undefined
  if (!tensor) throw new BundleError('weights', `The model lacks the weights “${name}”.`)
  const fits = tensor.shape.length === shape.length && tensor.shape.every((side, k) => side === shape[k])
  if (fits) return tensor.data
  throw new BundleError(
    'weights',
    `The weights “${name}” have the shape ${tensor.shape.join(' × ')}, where ${shape.join(' × ')} is needed.`,
  )
}

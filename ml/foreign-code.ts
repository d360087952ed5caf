import type { BundleManifest } from './format/bundle.ts'
import { isOwnModel } from './trainers/predictors.ts'

/**
 * True for models that code of others runs (ONNX Runtime, for example), alone or as a member of an ensemble. Their time and memory depend on
 * a graph that others wrote, so a server runs them in a process apart.
 */
export function runsForeignCode({ trainer, config }: Pick<BundleManifest, 'trainer' | 'config'>): boolean {
  if (trainer !== 'ensemble') return !isOwnModel(trainer)
  const { members } = config as { members?: { trainer?: unknown }[] }
  return !Array.isArray(members) || members.some(member => !isOwnModel(String(member?.trainer)))
}

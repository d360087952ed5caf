import { type BundleContent, readBundle, unpackBundle } from '../../format/bundle.ts'
import { canonicalJson } from '../../format/canonical-json.ts'
import { ENGINE_VERSION } from '../../version.ts'
import { createGraph } from './graph.ts'
import { addModel } from './models.ts'
import { addRecipe } from './recipe.ts'

/**
 * A model with its recipe as one ONNX file (opset 17, ai.onnx.ml 3): cells in, predictions out, the same as ours within 1e-5.
 *
 * Inputs: one per column, rows × 1, by its name. Numbers and booleans (1 or 0) are double, missing ones NaN; times are int64 milliseconds since
 * 1970 of the wall clock, the least int64 when missing; categories are strings as the column writes them, missing ones empty. The metadata
 * `fleximl.inputs` says it for each.
 * Outputs: regression `prediction`, double, rows × 1. Classes: `label`, string, rows × 1, and `probabilities`, double, rows × classes.
 * @throws EngineError `onnx-step` or `onnx-model` for what has no counterpart in ONNX.
 */
export function exportOnnx(
  content: Pick<BundleContent, 'signature' | 'target' | 'classes' | 'recipe' | 'model'>,
  digest = '',
): Uint8Array {
  const { model, classes } = content
  const graph = createGraph()
  const { inputs, features } = addRecipe(graph, content.recipe)
  const predicted = addModel(graph, model, features)
  if (classes) {
    const best = graph.add('ArgMax', [predicted], { axis: { int: 1 }, keepdims: { int: 1 } })
    const labels = graph.constant('string', [classes.length], classes)
    graph.output('label', graph.add('Gather', [labels, best], { axis: { int: 0 } }), 'string', 1)
    graph.output('probabilities', predicted, 'double', classes.length)
  } else graph.output('prediction', predicted, 'double', 1)
  return graph.finish(content.target.name, ENGINE_VERSION, {
    'fleximl.engine': ENGINE_VERSION,
    'fleximl.digest': digest,
    'fleximl.task': model.task,
    'fleximl.target': content.target.name,
    'fleximl.trainer': model.trainer,
    ...(classes ? { 'fleximl.classes': canonicalJson(classes) } : {}),
    'fleximl.inputs': canonicalJson(inputs),
    'fleximl.signature': canonicalJson(content.signature),
  })
}

/** The same of a packed bundle. @throws BundleError when it cannot be trusted. */
export function bundleToOnnx(bytes: Uint8Array): Uint8Array {
  const { files, digest } = unpackBundle(bytes)
  const { manifest, model } = readBundle(files)
  return exportOnnx({ ...manifest, model }, digest)
}

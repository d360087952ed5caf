import { rejectMalformed } from '../../errors.ts'
import { type BundleContent, readBundle, unpackBundle } from '../../format/bundle.ts'
import { canonicalJson } from '../../format/canonical-json.ts'
import { ENGINE_VERSION } from '../../version.ts'
import { addCalibration } from './calibration.ts'
import { addPipeline } from './ensemble.ts'
import { createGraph, type GraphBuilder } from './graph.ts'
import { addInputs } from './recipe.ts'

/**
 * Exports a model with its recipe as one ONNX file (opset 17, ai.onnx.ml 3): cells in, predictions out, equal to ours within 1e-5.
 *
 * Inputs: one per column, rows × 1, by its name. Numbers and booleans (1 or 0) are double, missing ones NaN; datetimes are int64
 * milliseconds
 * since 1970 of the wall clock, the smallest int64 when missing; categories are strings as written in the column, missing ones empty. The
 * metadata `fleximl.inputs` describes each input.
 * Outputs: regression `prediction`, double, rows × 1. Classes: `label`, string, rows × 1, and `probabilities`, double, rows × classes.
 * @throws EngineError `onnx-step` or `onnx-model` for what has no counterpart in ONNX.
 */
export function exportOnnx(
  content: Pick<BundleContent, 'signature' | 'target' | 'classes' | 'recipe' | 'model' | 'calibration' | 'threshold'>,
  digest = '',
): Uint8Array {
  const { model, classes } = content
  const graph = createGraph()
  const inputs = addInputs(graph, content.recipe.inputs)
  const plain = addPipeline(graph, content.recipe, model, inputs)
  const predicted = content.calibration ? addCalibration(graph, content.calibration, model.classCount, plain) : plain
  if (classes) {
    const best = addChoice(graph, predicted, content.threshold?.value)
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

/** Adds the index of the predicted class: the most probable, or the positive one from the model's threshold on. Rows × 1, int64. */
function addChoice(graph: GraphBuilder, probabilities: string, threshold: number | undefined): string {
  if (threshold === undefined) return graph.add('ArgMax', [probabilities], { axis: { int: 1 }, keepdims: { int: 1 } })
  const yes = graph.add('Gather', [probabilities, graph.constant('int64', [1], [1])], { axis: { int: 1 } })
  return graph.add('Cast', [graph.add('GreaterOrEqual', [yes, graph.number(threshold)])], { to: { type: 'int64' } })
}

/** Exports a packed bundle. @throws BundleError when it cannot be trusted. */
export function bundleToOnnx(bytes: Uint8Array): Uint8Array {
  const { files, digest } = unpackBundle(bytes)
  const { manifest, model } = readBundle(files)
  return rejectMalformed(() => exportOnnx({ ...manifest, model }, digest))
}

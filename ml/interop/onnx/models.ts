import { EngineError } from '../../errors.ts'
import { takeTensor } from '../../trainers/tensors.ts'
import type { Model } from '../../trainers/types.ts'
import type { GraphBuilder } from './graph.ts'
import { addBinary, addSoftmax, spread } from './links.ts'
import { addMlp } from './mlp.ts'
import { addTrees } from './trees.ts'

/** Adds a model after its features (double, rows × cols): returns values, rows × 1, or probabilities, rows × classes, as double. */
type AddModel = (graph: GraphBuilder, model: Model, features: string) => string

/** One line per kind of model, as in ml/trainers/registry.ts. */
const MODELS: Record<string, AddModel> = {
  baseline: addBaseline,
  linear: addLinear,
  mlp: addMlp,
}

/** @throws EngineError `onnx-model` for a model without a counterpart in ONNX; BundleError when it is damaged. */
export function addModel(graph: GraphBuilder, model: Model, features: string): string {
  if (Object.hasOwn(MODELS, model.trainer)) return MODELS[model.trainer]!(graph, model, features)
  // Every tree model uses the same format.
  if (Object.hasOwn(model.tensors, 'roots')) return addTrees(graph, model, features)
  throw new EngineError(
    'onnx-model',
    `A model made by “${model.trainer}” cannot be written as ONNX.`,
    'Serve it with FlexiML.',
  )
}

function addBaseline(graph: GraphBuilder, model: Model, features: string): string {
  const values = takeTensor(model, 'values', [model.classCount || 1])
  return spread(graph, features, graph.constant('double', [1, values.length], values))
}

function addLinear(graph: GraphBuilder, model: Model, features: string): string {
  const { cols, task } = model
  const outputs = task === 'multiclass' ? model.classCount : 1
  const coefficients = takeTensor(model, 'coefficients', [outputs, cols])
  // Missing and infinite cells take the mean.
  const usable = graph.add('LessOrEqual', [graph.add('Abs', [features]), graph.number(Number.MAX_VALUE)])
  const fill = graph.constant('double', [1, cols], takeTensor(model, 'fill', [cols]))
  const filled = graph.add('Where', [usable, features, fill])
  const transposed = Float64Array.from(
    { length: cols * outputs },
    (_, k) => coefficients[(k % outputs) * cols + Math.floor(k / outputs)]!,
  )
  const product = graph.add('MatMul', [filled, graph.constant('double', [cols, outputs], transposed)])
  const intercepts = graph.constant('double', [1, outputs], takeTensor(model, 'intercepts', [outputs]))
  const scores = graph.add('Add', [product, intercepts])
  if (task === 'regression') {
    return model.config.link === 'log' ? graph.add('Exp', [graph.add('Min', [scores, graph.number(700)])]) : scores
  }
  return task === 'binary' ? addBinary(graph, scores) : addSoftmax(graph, scores)
}

import { BundleError } from '../../errors.ts'
import type { FittedRecipe } from '../../recipe/types.ts'
import { unpackEnsemble } from '../../trainers/ensemble.ts'
import type { Model } from '../../trainers/types.ts'
import type { GraphBuilder } from './graph.ts'
import { addBinary, addLogit, takeColumn } from './links.ts'
import { addModel } from './models.ts'
import { addRecipe, type OnnxInput } from './recipe.ts'

/** Cells → predictions, as `compilePipeline` without calibration: values, rows × 1, or probabilities, rows × classes. */
export function addPipeline(
  graph: GraphBuilder,
  recipe: FittedRecipe,
  model: Model,
  inputs: readonly OnnxInput[],
): string {
  if (model.trainer === 'ensemble') return addEnsemble(graph, model, inputs)
  if (recipe.outputs.length !== model.cols) {
    throw new BundleError(
      'manifest',
      `The recipe makes ${recipe.outputs.length} features, the model needs ${model.cols}.`,
    )
  }
  return addModel(graph, model, addRecipe(graph, recipe, inputs))
}

/** Members and how they combine (ml/trainers/ensemble.ts). */
function addEnsemble(graph: GraphBuilder, model: Model, inputs: readonly OnnxInput[]): string {
  const { members, combination } = unpackEnsemble(model)
  const logits = combination.kind === 'stack' && model.task === 'binary'
  let sum: string | undefined
  for (const member of members) {
    const predicted = addPipeline(graph, member.recipe, member.model, inputs)
    const term = logits ? addLogit(graph, takeColumn(graph, predicted, 1)) : predicted
    const weighed = graph.add('Mul', [term, graph.number(member.weight)])
    sum = sum === undefined ? weighed : graph.add('Add', [sum, weighed])
  }
  if (combination.kind === 'stack') sum = graph.add('Add', [sum!, graph.number(combination.intercept)])
  return logits ? addBinary(graph, sum!) : sum!
}

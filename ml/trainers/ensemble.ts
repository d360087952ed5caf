import { BundleError } from '../errors.ts'
import type { Frame } from '../frame/frame.ts'
import type { FittedInput, FittedRecipe } from '../recipe/types.ts'
import type { Model, Tensor } from './types.ts'

/** One model of an ensemble, with its recipe. */
export type Member = { recipe: FittedRecipe; model: Model; weight: number }

/**
 * How members' predictions are combined. average: Σ weight · prediction, the weights sum to 1. stack: intercept + Σ weight · prediction, of
 * logits for two classes, then the logistic function.
 */
export type Combination = { kind: 'average' } | { kind: 'stack'; intercept: number }

type MemberConfig = {
  trainer: string
  cols: number
  weight: number
  recipe: FittedRecipe
  config: Record<string, unknown>
}

/** Maximum number of members; a forged bundle must not occupy a server with compiling. */
const MAX_MEMBERS = 200

/** A model made of models: tensors are named `<k>/<name>`, everything else lies in `config.members`. `cols` is 0: members bring their recipes. */
export function packEnsemble(members: readonly Member[], combination: Combination): Model {
  const { task, classCount } = members[0]!.model
  const tensors: Record<string, Tensor> = {}
  for (const [k, { model }] of members.entries()) {
    for (const [name, tensor] of Object.entries(model.tensors)) tensors[`${k}/${name}`] = tensor
  }
  const described = members.map(
    ({ recipe, model, weight }): MemberConfig => ({
      trainer: model.trainer,
      cols: model.cols,
      weight,
      recipe,
      config: model.config,
    }),
  )
  return { trainer: 'ensemble', task, classCount, cols: 0, tensors, config: { combination, members: described } }
}

/** Inputs of the ensemble; it makes no features of its own. A category has the levels of all members. */
export function ensembleRecipe(members: readonly Pick<Member, 'recipe'>[]): FittedRecipe {
  const inputs = new Map<string, FittedInput>()
  for (const { recipe } of members) {
    for (const input of recipe.inputs) {
      const known = inputs.get(input.name)
      if (!known) inputs.set(input.name, input)
      else if (input.vocabulary) {
        const vocabulary = [...new Set([...(known.vocabulary ?? []), ...input.vocabulary])]
        inputs.set(input.name, { ...known, vocabulary })
      }
    }
  }
  return { v: 1, inputs: [...inputs.values()], steps: [], outputs: [] }
}

const nonsense = (what: string) => new BundleError('manifest', `The ensemble is damaged: ${what}.`)

/** @throws BundleError when the members are not what `packEnsemble` writes. */
export function unpackEnsemble(model: Model): { members: Member[]; combination: Combination } {
  const { members, combination } = model.config as { members?: MemberConfig[]; combination?: Combination }
  if (!Array.isArray(members) || members.length === 0 || members.length > MAX_MEMBERS) {
    throw nonsense('it names no members, or too many')
  }
  const stack = combination?.kind === 'stack'
  const known = combination?.kind === 'average' || (stack && Number.isFinite(combination.intercept))
  if (!known || (stack && model.task === 'multiclass')) throw nonsense('how its members combine is not known')
  const tensors = members.map((): Record<string, Tensor> => ({}))
  for (const [name, tensor] of Object.entries(model.tensors)) {
    const slash = name.indexOf('/')
    const owner = tensors[Number(name.slice(0, slash))]
    if (slash < 1 || !owner) throw nonsense(`the weights “${name}” belong to no member`)
    owner[name.slice(slash + 1)] = tensor
  }
  return {
    combination,
    members: members.map((member, k) => {
      const { trainer, cols, weight, recipe, config } = member ?? {}
      const complete =
        typeof trainer === 'string' &&
        // Nested ensembles could recurse without end.
        trainer !== 'ensemble' &&
        Number.isInteger(cols) &&
        Number.isFinite(weight) &&
        weight >= 0 &&
        typeof recipe === 'object' &&
        typeof config === 'object'
      if (!complete) throw nonsense(`member ${k + 1} is incomplete`)
      const { task, classCount } = model
      return { recipe, weight, model: { trainer, task, classCount, cols, tensors: tensors[k]!, config } }
    }),
  }
}

type MemberPipeline = {
  predictFrame(frame: Frame): Float64Array
  predictRow(row: object, out: Float64Array): void
}

/** @param compile makes one member's pipeline. Frames and rows add in the same order, so results are bit-identical. */
export function compileEnsemble(
  model: Model,
  compile: (recipe: FittedRecipe, model: Model) => MemberPipeline,
): MemberPipeline & { width: number } {
  const { members, combination } = unpackEnsemble(model)
  const width = model.task === 'regression' ? 1 : model.classCount
  const parts = members.map(({ recipe, model: own, weight }) => ({ weight, ...compile(recipe, own) }))
  const start = combination.kind === 'stack' ? combination.intercept : 0
  const logits = combination.kind === 'stack' && model.task === 'binary'
  const add = (sum: Float64Array, predicted: Float64Array, weight: number) => {
    if (!logits) for (let i = 0; i < sum.length; i++) sum[i]! += weight * predicted[i]!
    else for (let i = 0; i < sum.length; i += 2) sum[i]! += weight * logit(predicted[i + 1]!)
  }
  const finish = (sum: Float64Array) => {
    if (!logits) return
    for (let i = 0; i < sum.length; i += 2) {
      const p = 1 / (1 + Math.exp(-sum[i]!))
      sum[i] = 1 - p
      sum[i + 1] = p
    }
  }
  const own = new Float64Array(width)
  return {
    width,
    predictFrame(frame) {
      const sum = new Float64Array(frame.rows * width).fill(start)
      for (const part of parts) add(sum, part.predictFrame(frame), part.weight)
      finish(sum)
      return sum
    },
    predictRow(row, out) {
      out.fill(start)
      for (const part of parts) {
        part.predictRow(row, own)
        add(out, own, part.weight)
      }
      finish(out)
    },
  }
}

/** ln(p / (1 − p)), with p kept 1e-12 from 0 and 1. */
export function logit(p: number): number {
  const inside = Math.min(1 - 1e-12, Math.max(1e-12, p))
  return Math.log(inside / (1 - inside))
}

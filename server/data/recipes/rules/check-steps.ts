import { columnsRead, EngineError } from '#ml/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { RecipeStepInput } from '../contract.ts'

/**
 * Throws `invalid`, naming the step, for steps that fail on any data: quantiles in the wrong order, a constant without a value, a duplicate
 * name, an invalid formula.
 */
export function requireGoodSteps(steps: readonly RecipeStepInput[]): void {
  const made = new Set<string>()
  for (const [i, step] of steps.entries()) {
    const refuse = (message: string, hint: string): never => {
      throw new AppError('invalid', `Step ${i + 1} (${step.step}): ${message}`, { hint })
    }
    if (new Set(step.columns).size < step.columns.length) refuse('a column is named twice.', 'Name each column once.')
    if (step.step === 'clip' && (step.lower ?? 0.01) >= (step.upper ?? 0.99))
      refuse('the lower quantile is not below the upper one.', 'For example 0.01 and 0.99.')
    if (step.step === 'impute' && step.strategy === 'constant' && step.value === undefined)
      refuse('the value that fills missing cells is missing.', 'Enter a value, or choose the median or the mode.')
    if (step.step === 'expression') {
      const fault = faultOf(step)
      if (fault) refuse(fault.message, fault.hint)
      if (columnsRead(step).length === 0)
        refuse('the formula names no column.', 'Use at least one column in the formula.')
    }
    if (step.step === 'interaction' || step.step === 'expression') {
      const name = step.name ?? `${step.columns[0]}_${'operation' in step ? step.operation : ''}_${step.columns[1]}`
      if (made.has(name)) refuse(`the feature “${name}” is defined twice.`, 'Rename one of them.')
      made.add(name)
    }
  }
}

function faultOf(step: RecipeStepInput): EngineError | undefined {
  try {
    columnsRead(step)
    return undefined
  } catch (error) {
    if (error instanceof EngineError) return error
    throw error
  }
}

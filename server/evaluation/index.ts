/** Public interface of evaluation for the API: use cases that authorize their caller first. */
export { compareModels, evaluateBoth } from './compare-models.ts'
export { listEvaluations, showEvaluation } from './read-evaluations.ts'
export { startEvaluation } from './start-evaluation.ts'

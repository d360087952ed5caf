/** Public interface of evaluation for other domains, workers and serve: no caller, no authorization. */
export { completeEvaluation, failEvaluation, loadEvaluation } from './complete-evaluation.ts'
export { evaluateRunJob } from './jobs.ts'
export { type MeasuredOutcome, nameEvaluations } from './store.ts'

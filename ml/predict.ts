/** Entry point for inference: loads bundles and predicts, without trainers, search, metrics and explanations. Portable. */

export { EngineError } from './errors.ts'
export { runsForeignCode } from './foreign-code.ts'
export { type BundleManifest, peekManifest } from './format/bundle.ts'
export { parseDatetime } from './frame/cell.ts'
export { createActualReader, type TargetFacts } from './metrics/read-actual.ts'
export { type LoadedPredictor, loadPredictor } from './predictor.ts'
export type { TableAnswers } from './rows/predict-table.ts'
export type { CellWarning, LenientRows, RowReport, WarningCode, WarningCount } from './rows/report.ts'
export { exampleRow, type Schema } from './schema.ts'

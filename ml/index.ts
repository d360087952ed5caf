/** The portable engine: no Node, no network, no clock. `ml/node.ts` adds what needs Node. */
export { automl } from './automl/automl.ts'
export type { LeaderboardRow } from './automl/types.ts'
export type { Calibration } from './calibration/calibration.ts'
export type { ThresholdChoice } from './calibration/threshold.ts'
export * from './drift/drift.ts'
export * from './drift/summary.ts'
export { chiSquare, ksPValue, ksStatistic, psi } from './drift/two-sample.ts'
export * from './errors.ts'
export type { PredictFrame } from './explain/columns.ts'
export * from './explain/partial-dependence.ts'
export * from './explain/permutation.ts'
export * from './explain/shapley.ts'
export { type TreeImportance, treeImportance } from './explain/tree-importance.ts'
export { type TreeExplainer, treeExplainer } from './explain/tree-shap.ts'
export type { Contribution, Importance } from './explain/types.ts'
export * from './fit-pipeline.ts'
export * from './format/bundle.ts'
export { canonicalJson } from './format/canonical-json.ts'
export { readSafetensors, writeSafetensors } from './format/safetensors.ts'
export { sha256 } from './format/sha256.ts'
export * from './frame/builder.ts'
export { parseDatetime, toBoolean } from './frame/cell.ts'
export * from './frame/frame.ts'
export { readLightGBM } from './interop/lightgbm.ts'
export { writeLightGBM } from './interop/lightgbm-write.ts'
export { bundleToOnnx } from './interop/onnx/export.ts'
export { importOnnx } from './interop/onnx/import/import-onnx.ts'
export { readXGBoost } from './interop/xgboost.ts'
export * from './matrix.ts'
export * from './metrics/curves.ts'
export * from './metrics/registry.ts'
export type { Metric, Scored } from './metrics/types.ts'
export * from './predictor.ts'
export * from './random.ts'
export { autoRecipe, isUsableFeature } from './recipe/auto.ts'
export { type CompiledRecipe, compileRecipe } from './recipe/compile.ts'
export { columnsAfter, completeRecipe, unknownColumns } from './recipe/complete.ts'
export { fitRecipe } from './recipe/fit.ts'
export { columnsRead, describeStep, explainStep, kindsTaken } from './recipe/steps/registry.ts'
export * from './recipe/types.ts'
export type { AttackMethod } from './robustness/adversarial.ts'
export { attackFor, measureRobustness, type RobustnessRequest } from './robustness/measure.ts'
export type { DisturbanceId, RobustnessCurve, RobustnessPoint, Subject, WorstExample } from './robustness/types.ts'
export * from './schema.ts'
export { spaceOf } from './search/space-of.ts'
export { suggest } from './search/suggest.ts'
export type { SearchOptions, SearchParameter, SearchSpace, Trial } from './search/types.ts'
export * from './split.ts'
export * from './task.ts'
export { resolveParameters } from './trainers/parameters.ts'
export { compilePredictor, getTrainer, listTrainers, registerTrainer } from './trainers/registry.ts'
export type {
  FitContext,
  Labelled,
  Model,
  ParameterDescriptor,
  Parameters,
  ParameterValue,
  Predictor,
  Setting,
  Task,
  Tensor,
  TensorType,
  Trainer,
} from './trainers/types.ts'
export type { ClassWeights } from './validation/class-weights.ts'
export { ENGINE_VERSION } from './version.ts'

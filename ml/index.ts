/** The portable engine: no Node, no network, no clock. `ml/node.ts` adds what needs Node. */
export { automl } from './automl/automl.ts'
export { runAutoml } from './automl/run-automl.ts'
export type { AutomlProgress, AutomlRequest, AutomlResult, LeaderboardRow } from './automl/types.ts'
export type { Calibration } from './calibration/calibration.ts'
export type { ThresholdChoice } from './calibration/threshold.ts'
export { type ClassifierTestRequest, type ClassifierTestResult, classifierTest } from './drift/classifier-test.ts'
export * from './drift/drift.ts'
export { ksPValue, ksStatistic } from './drift/kolmogorov.ts'
export { describeMissing, type MissingDrift, missingDriftOf } from './drift/missing-share.ts'
export * from './drift/sketch/distinct.ts'
export * from './drift/sketch/quantiles.ts'
export * from './drift/sketch/top-levels.ts'
export * from './drift/summary.ts'
export * from './drift/tests.ts'
export { chiSquare, psi } from './drift/two-sample.ts'
export * from './errors.ts'
export type { PredictFrame } from './explain/columns.ts'
export * from './explain/explain-model.ts'
export * from './explain/partial-dependence.ts'
export * from './explain/permutation.ts'
export * from './explain/shapley.ts'
export { type TreeImportance, treeImportance } from './explain/tree-importance.ts'
export { type TreeExplainer, treeExplainer } from './explain/tree-shap.ts'
export type { Contribution, Importance } from './explain/types.ts'
export * from './fit-pipeline.ts'
export * from './format/bundle.ts'
export { canonicalJson } from './format/canonical-json.ts'
export { isMarked, keepScores, markRows, type RowScores, readRowScores, writeRowScores } from './format/row-scores.ts'
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
export { type ClassWarning, warnAboutClasses } from './metrics/class-warnings.ts'
export {
  comparePaired,
  isTestable,
  type PairedMetric,
  type PairedVerdict,
  scaleToAll,
  verdictOf,
} from './metrics/compare-paired.ts'
export * from './metrics/curves.ts'
export { createActualReader, type TargetFacts } from './metrics/read-actual.ts'
export { createClassReader } from './metrics/read-class.ts'
export * from './metrics/registry.ts'
export { type NotShared, shareRows } from './metrics/shared-rows.ts'
export type { Direction, Metric, Scored } from './metrics/types.ts'
export { compilePipeline, type Pipeline } from './pipeline.ts'
export * from './predictor.ts'
export * from './random.ts'
export { autoRecipe } from './recipe/auto.ts'
export { type CompiledRecipe, compileRecipe } from './recipe/compile.ts'
export { columnsAfter, completeRecipe, unknownColumns } from './recipe/complete.ts'
export { fitRecipe } from './recipe/fit.ts'
export { isUsableFeature } from './recipe/inputs.ts'
export { columnsRead, describeStep, explainStep, kindsTaken } from './recipe/steps/registry.ts'
export * from './recipe/types.ts'
export type { AttackMethod } from './robustness/adversarial.ts'
export { attackFor, measureRobustness, type RobustnessRequest } from './robustness/measure.ts'
export type { DisturbanceId, RobustnessCurve, RobustnessPoint, Subject, WorstExample } from './robustness/types.ts'
export type { TableAnswers } from './rows/predict-table.ts'
export type { CellWarning, LenientRows, RowReport, WarningCode, WarningCount } from './rows/report.ts'
export * from './schema.ts'
export { buildSearchSpace } from './search/build-search-space.ts'
export { shouldPrune } from './search/pruners/should-prune.ts'
export type { PruneDecision, PrunedStudy, PrunerSettings } from './search/pruners/types.ts'
export { suggest } from './search/suggest.ts'
export type { SearchOptions, SearchParameter, SearchSpace, Trial } from './search/types.ts'
export { warmStart } from './search/warm-start.ts'
export * from './split.ts'
export { correctedResampledT, holm, type TestedDifference } from './statistics/corrected-t.ts'
export * from './task.ts'
export { applicableParameters, labelSpecialValues, resolveParameters } from './trainers/parameters.ts'
export { compilePredictor } from './trainers/predictors.ts'
export { getTrainer, listTrainers, registerTrainer } from './trainers/registry.ts'
export type {
  FitContext,
  LabeledData,
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
export { type CrossValidated, crossValidate, crossValidateNested } from './validation/cross-validate.ts'
export { type FoldPlan, type Folds, makeFolds } from './validation/folds.ts'
export { planFolds } from './validation/plan-folds.ts'
export { openTable, type Table } from './validation/table.ts'
export { ENGINE_VERSION } from './version.ts'

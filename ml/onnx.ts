/** Models that came as ONNX, run by ONNX Runtime: importing this lets every bundle of one be loaded. Needs Node. */
import { onnxPipeline } from './interop/onnx/runtime/pipeline.ts'
import { registerPipeline } from './pipeline.ts'

registerPipeline('onnx', onnxPipeline)

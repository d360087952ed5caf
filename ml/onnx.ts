/** Registers imported ONNX models, run by ONNX Runtime, so that their bundles can be loaded. Needs Node. */
import { onnxPipeline } from './interop/onnx/runtime/pipeline.ts'
import { registerPipeline } from './pipeline.ts'

registerPipeline('onnx', onnxPipeline)

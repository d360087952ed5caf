import { readFile } from 'node:fs/promises'
import { loadPredictor } from '#ml/index.ts'
import '#ml/onnx.ts'
import type { Signature } from '../contract.ts'
import { describeSignature } from '../describe-signature.ts'

/** Opens a bundle as the inference server will. */
export async function run({ bundle }: { bundle: string }): Promise<Signature> {
  return describeSignature(loadPredictor(await readFile(bundle)).bundle)
}

import { readFile, writeFile } from 'node:fs/promises'
import { importOnnx, packBundle } from '#ml/index.ts'
import type { Signature } from '../contract.ts'
import { describeSignature } from '../describe-signature.ts'
import type { ImportFile } from '../tasks.ts'

/** Checks an ONNX file and writes it as a bundle. Runs nothing of it. */
export async function run({ file, output, ...given }: ImportFile): Promise<Signature> {
  const content = importOnnx({ file: await readFile(file), ...given })
  await writeFile(output, packBundle(content))
  return describeSignature(content)
}

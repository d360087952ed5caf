import { readFile, writeFile } from 'node:fs/promises'
import { bundleToOnnx } from '#ml/index.ts'

export async function run({ bundle, output }: { bundle: string; output: string }): Promise<void> {
  await writeFile(output, bundleToOnnx(await readFile(bundle)))
}

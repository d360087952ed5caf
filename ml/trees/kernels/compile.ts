/**
 * `node ml/trees/kernels/compile.ts` compiles predict.as (AssemblyScript, a development dependency) into predict-wasm.ts. Run it after a
 * change there; a test fails when the two differ.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'

const here = (name: string) => new URL(name, import.meta.url)

/** The compiled module, base64. */
export async function compileKernel(): Promise<string> {
  const source = readFileSync(here('predict.as'), 'utf8')
  let bytes = new Uint8Array()
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--initialMemory', '1']
  const { error, stderr } = await asc.main(['predict.ts', '--outFile', 'predict.wasm', ...flags], {
    readFile: name => (name === 'predict.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'predict.wasm' && contents instanceof Uint8Array) bytes = new Uint8Array(contents)
    },
    listFiles: () => [],
  })
  if (error) throw new Error(stderr.toString())
  return Buffer.from(bytes).toString('base64')
}

if (import.meta.main) {
  const encoded = await compileKernel()
  const says = '/** Compiled from predict.as by compile.ts; not written by hand. */'
  writeFileSync(here('predict-wasm.ts'), `${says}\nexport const PREDICT_WASM =\n  '${encoded}'\n`)
}

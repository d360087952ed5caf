/**
 * `node ml/trees/kernels/compile.ts` compiles the kernels here (AssemblyScript, a development dependency) into what the engine loads, base64
 * in a module beside each. Run it after a change; a test fails when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'

const here = (name: string) => new URL(name, import.meta.url)
const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--initialMemory', '1']
/** Of the kernel that grows trees: its memory is shared by threads. */
const SHARED = ['--enable', 'simd', '--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536']

/** The compiled kernel, base64. @throws Error with the compiler's complaints */
export async function compileKernel(name: 'predict' | 'forest'): Promise<string> {
  const source = readFileSync(here(`${name}.as`), 'utf8')
  let bytes = new Uint8Array()
  const flags = name === 'forest' ? [...FLAGS, ...SHARED] : FLAGS
  const { error, stderr } = await asc.main(['kernel.ts', '--outFile', 'kernel.wasm', ...flags], {
    readFile: file => (file === 'kernel.ts' ? source : null),
    writeFile: (file, contents) => {
      if (file === 'kernel.wasm' && contents instanceof Uint8Array) bytes = new Uint8Array(contents)
    },
    listFiles: () => [],
  })
  if (error) throw new Error(stderr.toString())
  return Buffer.from(bytes).toString('base64')
}

if (import.meta.main) {
  for (const name of ['predict', 'forest'] as const) {
    const says = `/** Compiled from ${name}.as by compile.ts; not written by hand. */`
    const encoded = await compileKernel(name)
    writeFileSync(here(`${name}-wasm.ts`), `${says}\nexport const ${name.toUpperCase()}_WASM =\n  '${encoded}'\n`)
  }
}

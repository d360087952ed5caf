/**
 * `node ml/trees/kernels/compile.ts` compiles the kernels (AssemblyScript, a development dependency) to base64 in a module next to each
 * source,
 * so that nothing is built when FlexiML starts. Run it after a change; tests fail when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'

const ALONE = ['--initialMemory', '1']
const SHARED = [
  ...['--enable', 'simd', '--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
]

/** Entry file and memory settings of each kernel. */
const KERNELS = {
  predict: { entry: 'predict', options: ALONE },
  forest: { entry: 'forest', options: SHARED },
  growing: { entry: 'growing/index', options: ['--converge', '--noExportMemory', ...SHARED] },
}
type Kernel = keyof typeof KERNELS

const here = (name: string) => new URL(name, import.meta.url)

/** Returns the compiled kernel, base64. @throws Error with the compiler's messages */
export async function compileKernel(name: Kernel): Promise<string> {
  const { entry, options } = KERNELS[name]
  const wanted = [`${entry}.ts`, '--outFile', 'kernel.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--importMemory']
  let bytes: Uint8Array | undefined
  const { error, stderr } = await asc.main([...wanted, ...options], {
    readFile(file) {
      try {
        return file.startsWith('node_modules') ? null : readFileSync(here(file.replace(/\.ts$/, '.as')), 'utf8')
      } catch {
        // The compiler requests every file name that an import may refer to.
        return null
      }
    },
    writeFile(file, contents) {
      if (file === 'kernel.wasm' && contents instanceof Uint8Array) bytes = contents
    },
    listFiles: () => [],
  })
  if (error || !bytes) throw new Error(stderr.toString() || String(error))
  return Buffer.from(bytes).toString('base64')
}

if (import.meta.main) {
  for (const name of Object.keys(KERNELS) as Kernel[]) {
    const header = `/** Compiled from ${KERNELS[name].entry}.as by compile.ts; not written by hand. */`
    const encoded = await compileKernel(name)
    writeFileSync(here(`${name}-wasm.ts`), `${header}\nexport const ${name.toUpperCase()}_WASM =\n  '${encoded}'\n`)
  }
}

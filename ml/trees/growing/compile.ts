/**
 * Compiles the kernels (AssemblyScript, `*.as` here) to `compiled.ts`, which is committed: nothing is built when FlexiML starts.
 * `node ml/trees/growing/compile.ts` after a change; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'

const OPTIONS = [
  ...['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
]

/** The module as bytes. @throws Error with the compiler's complaints. */
export async function compileKernels(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined
  const complaints: string[] = []
  const { error } = await asc.main(['index.ts', '--outFile', 'index.wasm', ...OPTIONS], {
    readFile(name) {
      const source = new URL(name.replace(/\.ts$/, '.as'), import.meta.url)
      try {
        return name.startsWith('node_modules') || name.includes('index/') ? null : readFileSync(source, 'utf8')
      } catch {
        return null
      }
    },
    writeFile(name, contents) {
      if (name === 'index.wasm') binary = contents as Uint8Array
    },
    listFiles: () => [],
    stderr: { write: (text: string | Uint8Array) => complaints.push(String(text)) } as never,
  })
  if (error || !binary) throw new Error(complaints.join('') || String(error))
  return binary
}

/** The text of `compiled.ts`. */
export function moduleText(binary: Uint8Array): string {
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,112}/g)!
  return `/** Made from the kernels beside it by compile.ts; do not edit. */\nexport const KERNELS = \`\n${lines.join('\n')}\n\`\n`
}

if (import.meta.main) {
  writeFileSync(new URL('compiled.ts', import.meta.url), moduleText(await compileKernels()))
}

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const IMPORT = /^(?:import|export)\s+(?!type\b)[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm

/** Static imports of an entry, types left out: our files by path, packages by name. */
function importsOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const open = [entry]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file) || !existsSync(join(ROOT, file))) continue
    files.add(file)
    for (const [, from, bare] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)) {
      const name = (from ?? bare)!
      if (name.startsWith('#')) open.push(name.slice(1))
      else if (name.startsWith('.')) open.push(normalize(join(dirname(file), name)))
      else packages.add(name)
    }
  }
  return { files, packages }
}

it('the inference server loads at most 200 modules of ours, and neither queue, DuckDB, S3 client nor training', t => {
  const { files, packages } = importsOf('serve/start.ts')
  t.diagnostic(`${files.size} modules`)
  assert.ok(files.size > 100, 'the imports were found')
  assert.ok(files.size <= 200, `${files.size} modules`)
  const unwanted = /^(pg-boss|undici|@aws-sdk|@smithy|@duckdb|onnxruntime|next|argon2|@node-rs)/
  assert.deepEqual(
    [...packages].filter(name => unwanted.test(name)),
    [],
  )
  const foreign =
    /^server\/(data|training|evaluation|monitoring|orchestration|api)\/|\/queue\.ts$|\/(blobs-s3|s3-client)\.ts$/
  assert.deepEqual(
    [...files].filter(file => foreign.test(file)),
    [],
  )
})

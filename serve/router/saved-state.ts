import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore } from '#server/adapters/blobs.ts'
import { newId, sha256 } from '#server/kernel/ids.ts'
import type { DesiredEndpoint, LiveToken } from '#server/serving/contract.ts'

/** What a serve process last knew, so that it starts and answers while the database is away. Token hashes only, never tokens. */
export interface SavedState {
  v: 1
  /** Milliseconds since 1970 when the database last confirmed it. */
  confirmedAt: number
  /** As they answer, not as they should. */
  endpoints: DesiredEndpoint[]
  tokens: LiveToken[]
}

export class StateFolder {
  readonly #folder: string
  readonly #blobs: BlobStore
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string, blobs: BlobStore) {
    this.#folder = folder
    this.#blobs = blobs
    mkdirSync(join(folder, 'bundles'), { recursive: true, mode: 0o700 })
  }

  get spool(): string {
    return join(this.#folder, 'spool')
  }

  read(): SavedState | undefined {
    const path = join(this.#folder, 'state.json')
    try {
      const state = JSON.parse(readFileSync(path, 'utf8')) as SavedState
      return state.v === 1 ? state : undefined
    } catch (error) {
      // Half a file cannot be: it is renamed into place. What cannot be read is as good as none.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') rmSync(path, { force: true })
      return undefined
    }
  }

  write(state: SavedState): Promise<void> {
    const next = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const temporary = join(this.#folder, `state-${newId()}.tmp`)
        await writeFile(temporary, JSON.stringify(state), { mode: 0o600 })
        await rename(temporary, join(this.#folder, 'state.json'))
      })
    this.#writing = next
    return next
  }

  /** A bundle from the blob store, kept here so that it can be loaded again without it. */
  async bundle(digest: string): Promise<Uint8Array> {
    const path = join(this.#folder, 'bundles', digest)
    const kept = await readFile(path).catch(() => undefined)
    if (kept && sha256(kept) === digest) return kept
    const bytes = await this.#blobs.readAll(digest)
    await mkdir(join(this.#folder, 'bundles'), { recursive: true })
    const temporary = `${path}.${newId()}.tmp`
    await writeFile(temporary, bytes, { mode: 0o600 })
    await rename(temporary, path)
    return bytes
  }

  /** Removes bundles that no endpoint answers with any more. */
  async keepOnly(digests: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(join(this.#folder, 'bundles')))
      if (!digests.has(name) && !name.endsWith('.tmp')) await rm(join(this.#folder, 'bundles', name), { force: true })
  }
}

import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { LiveToken } from '#server/access/service.ts'
import type { BlobStore } from '#server/adapters/blobs.ts'
import { newId } from '#server/kernel/ids.ts'
import type { DesiredEndpoint, DesiredTarget } from '#server/serving/contract.ts'

/** The last state of a serve process: it starts from it while the database is away. Holds token hashes, never tokens. */
export interface SavedState {
  v: 2
  /** Milliseconds since 1970 when the database last confirmed it. */
  confirmedAt: number
  /** The revisions in force in this process. */
  endpoints: DesiredEndpoint[]
  tokens: LiveToken[]
}

/** Version 1 had one version per endpoint instead of targets. */
interface SavedStateV1 extends Omit<SavedState, 'v' | 'endpoints'> {
  v: 1
  endpoints: (Omit<DesiredEndpoint, 'targets'> & Omit<DesiredTarget, 'role' | 'weight'>)[]
}

/** Undefined for a file of a later release. */
export function upgradeSavedState(stored: SavedState | SavedStateV1): SavedState | undefined {
  if (stored.v === 2) return stored
  if (stored.v !== 1) return undefined
  const endpoints = stored.endpoints.map(({ versionId, version, model, servable, ...endpoint }) => ({
    ...endpoint,
    targets: [{ versionId, version, model, servable, role: 'champion' as const, weight: 100 }],
  }))
  return { ...stored, v: 2, endpoints }
}

export interface OpenBundle {
  bytes: number
  read(from: number, to: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** In parts: a large file must not hold up requests. Undefined for a missing file. */
async function hashOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Uint8Array)
  } catch {
    return undefined
  }
  return hash.digest('hex')
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
      return upgradeSavedState(JSON.parse(readFileSync(path, 'utf8')))
    } catch (error) {
      // The file is renamed into place, so it is never half written. A damaged one is discarded.
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

  /** Returns the path of a bundle; keeps a copy of it, so that it can be loaded again without the blob store. */
  async bundlePath(digest: string): Promise<string> {
    const path = join(this.#folder, 'bundles', digest)
    if ((await hashOf(path)) === digest) return path
    await mkdir(join(this.#folder, 'bundles'), { recursive: true })
    const temporary = `${path}.${newId()}.tmp`
    try {
      // Checks the hash of what it reads.
      await pipeline(this.#blobs.read(digest), createWriteStream(temporary, { mode: 0o600 }))
      await rename(temporary, path)
    } finally {
      await rm(temporary, { force: true })
    }
    return path
  }

  async bundle(digest: string): Promise<Uint8Array> {
    return readFile(await this.bundlePath(digest))
  }

  /** Opens a bundle to read parts of it. */
  async openBundle(digest: string): Promise<OpenBundle> {
    const file = await open(await this.bundlePath(digest), 'r')
    const { size } = await file.stat()
    return {
      bytes: size,
      close: () => file.close(),
      async read(from, to) {
        const part = new Uint8Array(Math.max(0, Math.min(to, size) - from))
        const { bytesRead } = await file.read(part, 0, part.length, from)
        return part.subarray(0, bytesRead)
      },
    }
  }

  /** Removes all other bundles. */
  async keepOnly(digests: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(join(this.#folder, 'bundles')))
      if (!digests.has(name) && !name.endsWith('.tmp')) await rm(join(this.#folder, 'bundles', name), { force: true })
  }
}

import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

export interface FileCache {
  /** Returns the path of a cached file; a missing one is created by `fetch`, which returns a file to move into the cache. */
  pathOf(name: string, fetch: () => Promise<string>): Promise<string>
  /** Moves a file into the cache. */
  take(name: string, path: string): Promise<void>
  drop(name: string): Promise<void>
}

/** A file requested within this time may be opened soon, and stays even if the cache is too large. */
const IN_USE_MS = 3_600_000

/** Opens a cache of local files that can be fetched again, bounded by total size; the least recently requested files are removed first. */
export async function openFileCache(folder: string, maxBytes: number, now: () => number): Promise<FileCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const coming = new Map<string, Promise<string>>()

  async function makeRoom(): Promise<void> {
    const names = await readdir(folder)
    const files = await Promise.all(
      names.map(async name => ({ name, ...(await stat(join(folder, name)).catch(() => ({ size: 0, mtimeMs: 0 }))) })),
    )
    let held = files.reduce((sum, f) => sum + f.size, 0)
    for (const file of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (held <= maxBytes || now() - file.mtimeMs < IN_USE_MS) return
      await rm(join(folder, file.name), { force: true })
      held -= file.size
    }
  }
  const touch = (path: string) => utimes(path, new Date(now()), new Date(now()))

  const cache: FileCache = {
    async pathOf(name, fetch) {
      const path = join(folder, name)
      const there = await touch(path).then(
        () => true,
        () => false,
      )
      if (there) return path
      const known = coming.get(name)
      if (known) return known
      const work = (async () => {
        await cache.take(name, await fetch())
        return path
      })().finally(() => coming.delete(name))
      coming.set(name, work)
      return work
    },
    async take(name, path) {
      const target = join(folder, name)
      await rename(path, target).catch(async error => {
        if (error.code !== 'EXDEV') throw error
        await copyFile(path, `${target}.part`)
        await rename(`${target}.part`, target)
        await rm(path)
      })
      await touch(target)
      await makeRoom()
    },
    drop: name => rm(join(folder, name), { force: true }),
  }
  return cache
}

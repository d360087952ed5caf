import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '#server/kernel/errors.ts'
import type { SourceAdapter } from '../adapter.ts'
import { azureStore } from './azure-store.ts'
import { chooseObjects, MAX_FILES, shown } from './choose-objects.ts'
import { downloadObject } from './download-object.ts'
import { gcsStore } from './gcs-store.ts'
import type { ObjectStore, StoredObject, StoreInput } from './object-store.ts'
import { s3Store } from './s3-store.ts'

const AT_ONCE = 4
/** Maximum listed keys of a dataset. */
const MAX_LISTED = 200_000
const LISTED_BY_TEST = 1000

const STORES: Record<StoreInput['settings']['provider'], (input: StoreInput) => ObjectStore> = {
  s3: input => s3Store(input),
  gcs: gcsStore,
  azure: azureStore,
}
export const openStore = (input: StoreInput): ObjectStore => STORES[input.settings.provider](input)

/** Lists all objects below the prefix, without folder markers. */
async function listed(store: ObjectStore, prefix: string, most: number, signal: AbortSignal): Promise<StoredObject[]> {
  const list: StoredObject[] = []
  for await (const object of store.list(prefix, signal)) {
    if (object.key.endsWith('/')) continue
    list.push(object)
    if (list.length >= most) break
  }
  return list
}

async function inParallel<T>(items: T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const index = next++
      await work(items[index]!, index)
    }
  }
  // All downloads end before a failure is reported, because the folder is removed then.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** Reads the files below a prefix of a bucket as one table, ordered by key. */
export const objectsAdapter: SourceAdapter<'objects'> = {
  kind: 'objects',
  async test(settings, secrets, policy, signal) {
    const store = openStore({ settings, secrets, policy })
    const list = await listed(store, settings.prefix, LISTED_BY_TEST, signal)
    const where = settings.prefix ? `${store.place}/${settings.prefix}` : store.place
    if (list.length === 0) return `${store.place} answers; there is nothing below ${where}.`
    const count = list.length === LISTED_BY_TEST ? `${LISTED_BY_TEST} or more` : String(list.length)
    return `${store.place} answers: ${count} ${list.length === 1 ? 'object' : 'objects'} below ${where}, as ${list[0]!.key}.`
  },
  async fetch(settings, secrets, { folder, policy, signal, progress, line, limits }) {
    const store = openStore({ settings, secrets, policy })
    const all = await listed(store, settings.prefix, MAX_LISTED + 1, signal)
    if (all.length > MAX_LISTED)
      throw new AppError('too_large', `More than ${MAX_LISTED} objects are below ${store.place}/${settings.prefix}.`, {
        hint: 'Give a longer path.',
      })
    const { files, format, skipped } = chooseObjects(all, settings, store.place)
    const total = files.reduce((sum, f) => sum + f.bytes, 0)
    if (total > limits.maxBytes)
      throw new AppError(
        'too_large',
        `The ${files.length} files have ${total} bytes; at most ${limits.maxBytes} are read.`,
        {
          hint: 'Give a longer path or a narrower pattern.',
        },
      )
    if (skipped.length > 0) line('warn', `Not read, being of no kind that is known: ${shown(skipped)}.`)
    line('info', `${files.length} ${format} ${files.length === 1 ? 'file' : 'files'}, ${total} bytes.`)
    let bytes = 0
    const digests: string[] = []
    const local = (object: StoredObject, index: number) => {
      const name = object.key.slice(object.key.lastIndexOf('/') + 1)
      // The number makes the name unique and the extension gives the format.
      const end = /(\.[a-z]+)(\.gz)?$/i.exec(name)?.[0].toLowerCase() ?? ''
      return { path: join(folder, `${String(index + 1).padStart(String(MAX_FILES).length, '0')}${end}`), name }
    }
    const stop = new AbortController()
    const both = AbortSignal.any([signal, stop.signal])
    await inParallel(files, async (object, index) => {
      try {
        digests[index] = await downloadObject(store, object, local(object, index).path, both, n => {
          bytes += n
          progress(bytes / total, object.key)
        })
      } catch (error) {
        // The first failure stops the others.
        if (!stop.signal.aborted) stop.abort(error)
        throw stop.signal.reason
      }
    })
    const one = createHash('sha256').update(digests.join('\n')).digest('hex')
    return {
      files: files.map(local),
      // Only the bytes count: files renamed in the same order are no change.
      digest: files.length === 1 ? digests[0]! : one,
      origin: {
        v: 1,
        kind: 'objects',
        provider: settings.provider,
        ...(settings.endpoint ? { endpoint: settings.endpoint } : {}),
        ...(settings.account ? { account: settings.account } : {}),
        bucket: settings.bucket,
        prefix: settings.prefix,
        pattern: settings.pattern,
        bytes: total,
        count: files.length,
        objects: files.slice(0, 1000).map((f, i) => ({ key: f.key, bytes: f.bytes, sha256: digests[i]! })),
      },
      words: `${files.length} ${format} ${files.length === 1 ? 'file' : 'files'} of ${store.place}/${settings.prefix}${settings.pattern === '*' ? '' : ` (${settings.pattern})`}`,
    }
  },
}

import type { SourceKind } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { SourceAdapter } from './adapter.ts'
import { databaseAdapter } from './database/database-adapter.ts'
import { objectsAdapter } from './objects/objects-adapter.ts'
import { urlAdapter } from './url/url-adapter.ts'

/** Kinds of sources, one line each. */
const ADAPTERS: { [K in SourceKind]?: SourceAdapter<K> } = {
  url: urlAdapter,
  database: databaseAdapter,
  objects: objectsAdapter,
}

export function adapterOf<K extends SourceKind>(kind: K): SourceAdapter<K> {
  const adapter = ADAPTERS[kind] as SourceAdapter<K> | undefined
  if (!adapter) throw new AppError('invalid', `This worker does not know sources of the kind ${kind}.`)
  return adapter
}

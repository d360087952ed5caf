import { isOutgoingRefusal, outgoingPolicy } from '#server/adapters/outgoing/index.ts'
import { auditRefusal, openSource } from '#server/data/service.ts'
import type { Secrets, SettingsOf, SourceKind } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { type ProjectScope, systemActor } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { FetchContext } from './adapter.ts'
import type { Fetched } from './fetched.ts'
import { adapterOf } from './registry.ts'

export interface FetchSourceInput extends Pick<FetchContext, 'folder' | 'signal' | 'progress' | 'line'> {
  kernel: Kernel
  scope: ProjectScope
  ingestion: { fileName: string; sourceDigest: string | null; source: { v: 1; kind: string } & Record<string, unknown> }
}

const LIMITS = { maxBytes: 100 * 2 ** 30, maxPages: 10_000 }

const fetchBy = <K extends SourceKind>(
  kind: K,
  settings: SettingsOf<SourceKind>,
  secrets: Secrets,
  context: FetchContext,
) => adapterOf(kind).fetch(settings as SettingsOf<K>, secrets, context)

/** Fetches the files of a source into the folder; an upload is already in the blob store. */
export async function fetchSource(input: FetchSourceInput): Promise<Fetched> {
  const { kernel, scope, ingestion, ...context } = input
  const { fileName, sourceDigest, source } = ingestion
  // The result of a query and a table of predictions are Parquet blobs, too.
  const made = source.kind === 'query' || source.kind === 'predictions'
  if ((source.kind === 'upload' || made) && sourceDigest)
    return {
      files: [{ path: await kernel.blobs.pathOf(sourceDigest), name: fileName }],
      digest: sourceDigest,
      origin: made ? source : { v: 1, kind: 'upload', fileName },
      words: fileName,
    }
  if (typeof source.sourceId !== 'string') throw new AppError('invalid', `This worker cannot read from ${source.kind}.`)
  const { address, reading, secrets } = await openSource(kernel, scope, source.sourceId)
  const settings = { ...address, ...reading } as SettingsOf<SourceKind>
  try {
    return await fetchBy(address.kind, settings, secrets, {
      ...context,
      policy: outgoingPolicy(kernel),
      limits: LIMITS,
    })
  } catch (error) {
    if (isOutgoingRefusal(error)) await auditRefusal(kernel, scope, systemActor('worker'), address, error)
    throw error
  }
}

import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/kernel/kernel.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { FetchContext } from './adapter.ts'
import type { Fetched } from './fetched.ts'

export interface FetchSourceInput extends Pick<FetchContext, 'folder' | 'signal' | 'progress' | 'line'> {
  kernel: Kernel
  scope: ProjectScope
  ingestion: { fileName: string; sourceDigest: string | null; source: { v: 1; kind: string } & Record<string, unknown> }
}

/** Brings what an ingestion reads: an upload lies in the blob store already, everything else is fetched into the folder. */
export async function fetchSource({ kernel, ingestion }: FetchSourceInput): Promise<Fetched> {
  const { fileName, sourceDigest, source } = ingestion
  if (source.kind !== 'upload' || !sourceDigest)
    throw new AppError('invalid', `This worker cannot read from ${source.kind}.`)
  return {
    files: [{ path: await kernel.blobs.pathOf(sourceDigest), name: fileName }],
    digest: sourceDigest,
    origin: { v: 1, kind: 'upload', fileName },
    words: fileName,
  }
}

interface Bytes {
  digest: string
  sourceDigest: string
}

/**
 * Returns the digests that are freed with `leaving`: those that no remaining version has as file or source. Files of used versions (`used`)
 * stay.
 */
export function digestsFreed(leaving: (Bytes & { used: boolean })[], staying: Bytes[]): Set<string> {
  const kept = new Set(staying.flatMap(v => [v.digest, v.sourceDigest]))
  for (const v of leaving) if (v.used) kept.add(v.digest)
  return new Set(leaving.flatMap(v => [v.digest, v.sourceDigest]).filter(d => !kept.has(d)))
}

/** Returns the digests that more than one version has. */
export function digestsShared(versions: Bytes[]): Set<string> {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const v of versions)
    for (const digest of new Set([v.digest, v.sourceDigest])) {
      if (seen.has(digest)) shared.add(digest)
      seen.add(digest)
    }
  return shared
}

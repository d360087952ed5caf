export interface PastRevision {
  number: number
  action: string
  versionId: string
}

/**
 * The version that answered before the one in force. Promotions pile up and a rollback takes one off, so that rolling back twice goes
 * further back instead of forth to the version that was just left. Undefined when nothing is below.
 */
export function previousVersion(revisions: readonly PastRevision[]): string | undefined {
  const pile: string[] = []
  for (const r of [...revisions].sort((a, b) => a.number - b.number)) {
    if (r.action === 'rollback') {
      const at = pile.lastIndexOf(r.versionId)
      pile.length = Math.max(at, 0)
    }
    if (pile.at(-1) !== r.versionId) pile.push(r.versionId)
  }
  return pile.at(-2)
}

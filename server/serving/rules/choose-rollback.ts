export interface PastRevision {
  number: number
  action: string
  versionId: string
}

/**
 * Returns the champion before the one in force, or undefined. Promotions push onto a stack and a rollback pops it, so that a second
 * rollback goes further back instead of returning to the version just left.
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

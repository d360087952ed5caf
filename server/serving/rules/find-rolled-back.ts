interface Switch {
  action: string
  model: string
  version: number
}

/**
 * Returns the newest version that a rollback took out of service and that was not served again since; null if there is none.
 * @param history the switches of an endpoint, newest first.
 */
export function findRolledBack(history: readonly Switch[]): number | null {
  const served = new Set<number>()
  let newest: number | null = null
  for (const [i, { action, model, version }] of history.entries()) {
    served.add(version)
    const before = history[i + 1]
    if (action !== 'rollback' || !before || before.model !== model || served.has(before.version)) continue
    newest = Math.max(newest ?? 0, before.version)
  }
  return newest
}

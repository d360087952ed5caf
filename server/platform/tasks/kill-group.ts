/** Kills a process group; one that is gone already is fine. */
export function killGroup(processGroupId: number): void {
  try {
    process.kill(-processGroupId, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}

import { getPriority, setPriority } from 'node:os'

/** Lets other processes of the machine go first; never raises the priority. */
export function lowerPriority(nice: number): void {
  try {
    if (getPriority() < nice) setPriority(nice)
  } catch {
    // Some sandboxes forbid it; then the process competes as an equal.
  }
}

import { AppError } from '#server/kernel/errors.ts'
import { type Servable, VERSION_ACTIONS, type VersionAction, type VersionState } from '../contract.ts'

export const versionMay = (state: VersionState, action: VersionAction): boolean =>
  (VERSION_ACTIONS[state] as readonly string[]).includes(action)

/** Throws `conflict` naming the state and its possible actions. */
export function requireAction(version: { name: string; number: number; state: string }, action: VersionAction): void {
  const state = version.state as VersionState
  if (versionMay(state, action)) return
  throw new AppError(
    'conflict',
    `${version.name} v${version.number} is ${state}; it cannot be ${action === 'promote' ? 'promoted' : `used to ${action}`}.`,
    { hint: `Possible now: ${VERSION_ACTIONS[state].join(', ')}.` },
  )
}

/** Throws `invalid` with the stored reason unless the version can be served. */
export function requireServable(
  name: string,
  number: number,
  servable: Servable,
): asserts servable is Extract<Servable, { kind: 'native' }> {
  if (servable.kind !== 'none') return
  throw new AppError('invalid', `${name} v${number} cannot be served: ${servable.reason}`, {
    hint: 'It stays registered; register a version that can be served.',
  })
}

export const VERSION_STATES = ['ready', 'archived'] as const
export type VersionState = (typeof VERSION_STATES)[number]

/** Allowed actions on a version by its state. Pages show a button only for these. */
export const VERSION_ACTIONS = {
  ready: ['promote', 'alias', 'archive'],
  archived: ['restore'],
} as const satisfies Record<VersionState, readonly string[]>
export type VersionAction = (typeof VERSION_ACTIONS)[VersionState][number]

/** Maintained by promotions; people set all other aliases. */
export const CHAMPION = 'champion'

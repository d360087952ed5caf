export const VERSION_STATES = ['ready', 'archived'] as const
export type VersionState = (typeof VERSION_STATES)[number]

/** What may be done with a version, by its state. Pages show a button only when its action is here. */
export const VERSION_ACTIONS = {
  ready: ['promote', 'alias', 'archive'],
  archived: ['restore'],
} as const satisfies Record<VersionState, readonly string[]>
export type VersionAction = (typeof VERSION_ACTIONS)[VersionState][number]

/** Kept by promotions; people give the others. */
export const CHAMPION = 'champion'

import type { Role } from '#server/access/contract.ts'

/** What each role adds to the one before; shown wherever a role is chosen. */
export const ROLE_WORDS: Record<Role, string> = {
  viewer: 'Reads everything, tries endpoints',
  engineer: 'Adds data, trains, promotes, rolls back, makes tokens',
  approver: 'As engineer; reads the audit log',
  owner: 'As approver; manages members, deletes',
}

/** `access.create-token` → “Create token · access”; a permission’s name stays readable as it is. */
export function actionLabel(action: string): string {
  const [domain, verb] = action.split(/[.:]/)
  if (!domain || !verb) return action
  const words = verb.replaceAll('-', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} · ${domain}`
}

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** Enough for a person to recognise a browser of theirs. */
export function deviceLabel(userAgent: string | null): string {
  if (!userAgent) return 'Unknown browser'
  const find = (list: readonly [RegExp, string][]) => list.find(([pattern]) => pattern.test(userAgent))?.[1]
  const browser = find(BROWSERS)
  const system = find(SYSTEMS)
  return [browser ?? 'Another program', system].filter(Boolean).join(' on ')
}

/** A path of this site to go on to after signing in; whatever else is asked for becomes the start page. */
export const safePath = (asked: string | null | undefined): string =>
  asked && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(asked) && !asked.startsWith('/sign-in') ? asked : '/'

/** A project name out of what somebody typed: `Bike Demand 2` → `bike-demand-2`. */
export const slugFrom = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')

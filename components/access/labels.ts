import type { Role } from '#server/access/contract.ts'

/** What each role adds to the one before. */
export const ROLE_DESCRIPTIONS: Record<Role, string> = {
  predictor: 'Only sends rows to endpoints; for tokens of programs that predict',
  viewer: 'Reads everything, tries endpoints',
  engineer: 'Adds data, trains, promotes, rolls back, creates tokens',
  approver: 'Like engineer; reads the audit log, accepts data that failed its checks',
  owner: 'Like engineer; reads the audit log, manages members and settings, deletes',
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

/** Names a browser well enough to recognize it. */
export function deviceLabel(userAgent: string | null): string {
  if (!userAgent) return 'Unknown browser'
  const find = (list: readonly [RegExp, string][]) => list.find(([pattern]) => pattern.test(userAgent))?.[1]
  const browser = find(BROWSERS)
  const system = find(SYSTEMS)
  return [browser ?? 'Another program', system].filter(Boolean).join(' on ')
}

/** Returns the path if it lies on this site and can follow sign-in, else the start page. */
export const safePath = (path: string | null | undefined): string =>
  path && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) && !path.startsWith('/sign-in') ? path : '/'

/** Makes a project slug from a name: `Bike Demand 2` → `bike-demand-2`. */
export const slugFrom = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')

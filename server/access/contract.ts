import { z } from 'zod'

export const ROLES = ['viewer', 'engineer', 'approver', 'owner'] as const
export const roleSchema = z.enum(ROLES)
export type Role = z.infer<typeof roleSchema>

/**
 * Who may do what, as one literal table. A role includes everything of the roles before it unless said otherwise here: read a line as
 * "the least role that may". Routes, tRPC procedures and pages name a permission; one that is not in this table is denied.
 */
export const PERMISSIONS = {
  'project:read': 'viewer',
  'project:update': 'owner',
  'member:read': 'viewer',
  'member:manage': 'owner',
  'token:read': 'engineer',
  'token:manage': 'engineer',
  'audit:read': 'approver',
  'data:read': 'viewer',
  'data:write': 'engineer',
  'data:delete': 'owner',
  'training:read': 'viewer',
  'training:write': 'engineer',
  'evaluation:read': 'viewer',
  'evaluation:write': 'engineer',
  'registry:read': 'viewer',
  'registry:write': 'engineer',
  'serving:read': 'viewer',
  'serving:promote': 'engineer',
  'serving:predict': 'viewer',
  'serving:feedback': 'engineer',
  'monitoring:read': 'viewer',
  'monitoring:check': 'engineer',
  'orchestration:read': 'viewer',
  'orchestration:cancel': 'engineer',
} as const satisfies Record<string, Role>
export type Permission = keyof typeof PERMISSIONS

const rank = (role: Role) => ROLES.indexOf(role)

/** Unknown permissions are denied. */
export const roleMay = (role: Role, permission: Permission): boolean => {
  const least = Object.hasOwn(PERMISSIONS, permission) ? PERMISSIONS[permission] : undefined
  return least !== undefined && rank(role) >= rank(least)
}

/** A token may not hand out more than its maker has. */
export const mayGrant = (granter: Role, role: Role): boolean => rank(granter) >= rank(role)

/** Never the name of a project: they are the first path segment of web or serve. */
export const RESERVED_SLUGS = [
  'api',
  'ajax-api',
  'health',
  'healthz',
  'ready',
  'readyz',
  'status',
  'version',
  'metrics',
  'lfs',
  'dvc',
  'v1',
  'v2',
  'docs',
  'p',
  'new',
  'static',
  'public',
  'sign-in',
  'invite',
  'account',
  'admin',
  'instance',
  'projects',
  '_next',
] as const

export const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])$/, 'Use 2 to 40 of a–z, 0–9 and hyphens, not at the ends.')
  .refine(s => !(RESERVED_SLUGS as readonly string[]).includes(s), 'This name is reserved.')

export const nameSchema = z
  .string()
  .trim()
  .min(1, 'Give it a name.')
  .max(120, 'At most 120 characters.')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  .regex(/^[^\u0000-\u001f\u007f/\\]*$/, 'No slashes, line breaks or control characters.')

/** Names that appear in URLs and on the command line: datasets, models, endpoints, experiments. */
export const resourceNameSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$/,
    'Start with a letter or digit; then letters, digits, hyphen, underscore or dot; at most 100.',
  )

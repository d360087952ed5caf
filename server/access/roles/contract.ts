/** From the least to the highest. `predictor` is only for tokens. */
export const ROLES = ['predictor', 'viewer', 'engineer', 'approver', 'owner'] as const
export type Role = (typeof ROLES)[number]

/** The roles that a person can have in a project. */
export const MEMBER_ROLES = ['viewer', 'engineer', 'approver', 'owner'] as const
/** `approver` is kept where it was given, but not offered: it approves nothing before promotions have gates. */
const NOT_OFFERED: readonly Role[] = ['approver']
/** Returns the roles to choose from; a role that was given before stays among them. */
export const offeredRoles = (roles: readonly Role[], current?: Role): Role[] =>
  roles.filter(role => !NOT_OFFERED.includes(role) || role === current)

/**
 * The least role for each permission. A role includes the permissions of the roles before it unless the table lists roles explicitly.
 * Routes, tRPC procedures and pages name a permission; one that is not in this table is denied.
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
  'data:override': 'approver',
  'training:read': 'viewer',
  'training:write': 'engineer',
  /** Run the project's own commands on the workers. */
  'training:command': 'owner',
  'evaluation:read': 'viewer',
  'evaluation:write': 'engineer',
  'registry:read': 'viewer',
  'registry:write': 'engineer',
  'serving:read': 'viewer',
  'serving:promote': 'engineer',
  /** Choose the endpoint that the alias `champion` of a model follows. */
  'serving:choose-primary': 'owner',
  'serving:predict': 'predictor',
  'serving:feedback': 'engineer',
  'monitoring:read': 'viewer',
  'monitoring:check': 'engineer',
  'orchestration:read': 'viewer',
  'orchestration:cancel': 'engineer',
  'orchestration:redrive': 'engineer',
} as const satisfies Record<string, Role>
export type Permission = keyof typeof PERMISSIONS

const rank = (role: Role) => ROLES.indexOf(role)

/** Returns true if the role has the permission; false for an unknown one. */
export const roleMay = (role: Role, permission: Permission): boolean => {
  const least = Object.hasOwn(PERMISSIONS, permission) ? PERMISSIONS[permission] : undefined
  return least !== undefined && rank(role) >= rank(least)
}

/** What may still be done in an archived project besides reading: restoring it, closing access, stopping work. */
const ALLOWED_WHEN_ARCHIVED: readonly Permission[] = [
  'project:update',
  'member:manage',
  'token:manage',
  'orchestration:cancel',
]
export const ARCHIVED_ENDPOINTS = ['serving', 'stopped'] as const
/** Whether the endpoints of an archived project go on. */
export type ArchivedEndpoints = (typeof ARCHIVED_ENDPOINTS)[number]

/** Returns true if an archived project allows the permission to those whose role has it. */
export const allowedWhenArchived = (permission: Permission, endpoints: ArchivedEndpoints): boolean =>
  permission.endsWith(':read') ||
  ALLOWED_WHEN_ARCHIVED.includes(permission) ||
  (permission === 'serving:predict' && endpoints === 'serving')

/** Returns true if the role is not higher than the granter's own. */
export const mayGrant = (granter: Role, role: Role): boolean => rank(granter) >= rank(role)

export const MIN_PASSWORD = 12
export const MAX_PASSWORD = 200

export const AUDIT_OUTCOMES = ['done', 'refused', 'failed'] as const

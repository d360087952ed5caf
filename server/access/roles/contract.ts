export const ROLES = ['viewer', 'engineer', 'approver', 'owner'] as const
export type Role = (typeof ROLES)[number]

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
  'serving:predict': 'viewer',
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

/** Returns true if the role is not higher than the granter's own. */
export const mayGrant = (granter: Role, role: Role): boolean => rank(granter) >= rank(role)

export const MIN_PASSWORD = 12
export const MAX_PASSWORD = 200

export const AUDIT_OUTCOMES = ['done', 'refused', 'failed'] as const

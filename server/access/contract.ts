import { z } from 'zod'
import { nameProblem } from '#server/kernel/name-rules.ts'
import {
  ARCHIVED_ENDPOINTS,
  type ArchivedEndpoints,
  AUDIT_OUTCOMES,
  MAX_PASSWORD,
  MEMBER_ROLES,
  ROLES,
  type Role,
} from './roles/contract.ts'

export * from './roles/contract.ts'

export const roleSchema = z.enum(ROLES)
export const memberRoleSchema = z.enum(MEMBER_ROLES)

/** Project names that are refused: each is the first path segment of a route of web or serve. */
const RESERVED_SLUGS = [
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
  'first',
  'reset',
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

/** A name that people give and see, in any script. Stored in one form (NFKC), so that equal names are equal texts. */
export const nameSchema = z
  .string()
  .normalize('NFKC')
  .trim()
  .min(1, 'Enter a name.')
  .max(120, 'At most 120 characters.')
  .superRefine((name, context) => {
    const problem = nameProblem(name)
    if (problem) context.addIssue({ code: 'custom', message: problem })
  })

/** Names that appear in URLs and on the command line: datasets, models, endpoints, experiments. */
export const resourceNameSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$/,
    'Start with a letter or digit; then letters, digits, hyphen, underscore or dot; at most 100.',
  )

export const SESSION_DAYS = 30
export const INVITATION_DAYS = 7
export const LINK_HOURS = 24

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('Enter an e-mail address, for example ada@example.org.'))
  .meta({ title: 'E-mail', input: 'email', autoComplete: 'username' })
/** Bounds only the work of hashing; the password rules are in `rules/password.ts`. */
export const passwordSchema = z
  .string()
  .min(1, 'Enter a password.')
  .max(MAX_PASSWORD, `At most ${MAX_PASSWORD} characters.`)
  .meta({ title: 'Password', input: 'password' })
export const linkTokenSchema = z.string().min(10).max(100)

const isZone = (zone: string) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
const zoneSchema = z.string().max(60).refine(isZone, 'Enter an IANA time zone, for example Europe/Berlin.')

export const createProjectInput = z.object({
  name: nameSchema.optional().meta({ title: 'Name' }),
  slug: slugSchema.meta({ title: 'URL slug', description: 'Used in URLs and commands. It cannot be changed later.' }),
  zone: zoneSchema
    .optional()
    .meta({ title: 'Time zone', description: 'Used for schedules and for days and months in charts.' }),
})
export type CreateProjectInput = z.infer<typeof createProjectInput>

const MAX_DESCRIPTION = 2000
/** The settings of a project; absent ones stay. The slug is part of addresses and never changes. */
export const updateProjectInput = z.object({
  name: nameSchema.optional().meta({ title: 'Name' }),
  description: z
    .string()
    .trim()
    .max(MAX_DESCRIPTION, `At most ${MAX_DESCRIPTION} characters.`)
    .optional()
    .meta({ title: 'Description', input: 'multiline' }),
  zone: zoneSchema
    .optional()
    .meta({ title: 'Time zone', description: 'Used for schedules and for days and months in charts.' }),
})
export type UpdateProjectInput = z.infer<typeof updateProjectInput>

export const archiveProjectInput = z.object({
  /** The slug of the project, typed as a confirmation. */
  confirm: z.string().max(40),
  /** Whether its endpoints go on answering. */
  endpoints: z.enum(ARCHIVED_ENDPOINTS).default('serving'),
})
export type ArchiveProjectInput = z.infer<typeof archiveProjectInput>

export const newAccountInput = z.object({
  token: linkTokenSchema,
  name: nameSchema.meta({ title: 'Your name', autoComplete: 'name' }),
  email: emailSchema,
  password: passwordSchema,
})
export type NewAccountInput = z.infer<typeof newAccountInput>

const MAX_TOKEN_DAYS = 730
export const createTokenInput = z.object({
  name: nameSchema.meta({ title: 'Name' }),
  role: roleSchema.meta({ title: 'Role' }),
  /** Null: never expires. Only an owner may create such a token. */
  expiresInDays: z.number().int().min(1).max(MAX_TOKEN_DAYS).nullable().default(90),
})
export type CreateTokenInput = z.infer<typeof createTokenInput>

export const addMemberInput = z.object({
  email: emailSchema,
  role: memberRoleSchema,
  /** True: without an account of this address, an invitation for it is created. */
  invite: z.boolean().optional(),
})
export type AddMemberInput = z.infer<typeof addMemberInput>
export const changeMemberInput = z.object({ userId: z.uuid(), role: memberRoleSchema })
/** With an e-mail address only that person can accept; without one, anyone who has the link. */
export const inviteInput = z.object({ email: emailSchema.optional(), role: memberRoleSchema.meta({ title: 'Role' }) })
export type InviteInput = z.infer<typeof inviteInput>

export const auditInput = z.object({
  action: z.string().max(100).optional(),
  /** `user:<id>`, `token:<id>`, `system:<part>`. */
  actor: z.string().max(100).optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  /** Text in the action, actor, subject, reason or details. */
  q: z.string().trim().max(200).optional(),
  /** From this time: a date, or ISO 8601; without an offset in the project's time zone. */
  from: z.string().max(40).optional(),
  /** Until this time; a date includes the whole day. */
  to: z.string().max(40).optional(),
  cursor: z.number().int().positive().optional(),
  limit: z.number().int().min(1).max(200).default(50),
})
export type AuditInput = z.infer<typeof auditInput>

export const changePasswordInput = z.object({
  current: passwordSchema.meta({ title: 'Current password', input: 'password', autoComplete: 'current-password' }),
  next: passwordSchema.meta({ title: 'New password', input: 'password', autoComplete: 'new-password' }),
})

export interface ProjectView {
  id: string
  slug: string
  name: string
  zone: string
  description: string
  role: Role
  /** False: the person opens the project only as an administrator of the instance. */
  isMember: boolean
  members: number
  createdAt: string
  archivedAt: string | null
}

export interface ProjectSettings {
  project: string
  name: string
  description: string
  zone: string
  createdAt: string
  archivedAt: string | null
  archivedEndpoints: ArchivedEndpoints | null
}

export interface MemberView {
  userId: string
  name: string
  email: string
  role: Role
  since: string
  disabled: boolean
  isAdmin: boolean
  isSelf: boolean
}

export interface InvitationView {
  id: string
  email: string | null
  role: Role
  invitedBy: string
  createdAt: string
  expiresAt: string
  state: 'open' | 'accepted' | 'revoked' | 'expired'
}

export interface TokenView {
  id: string
  name: string
  prefix: string
  role: Role
  madeBy: string
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  state: 'live' | 'expired' | 'revoked'
}

/** The token itself is only in this response; the database stores its hash. */
export interface MintedToken {
  id: string
  token: string
  project: string
  role: Role
  expiresAt: string | null
}

export interface AuditView {
  id: number
  at: string
  actor: string
  actorName: string
  action: string
  subjectKind: string
  subjectId: string
  outcome: (typeof AUDIT_OUTCOMES)[number]
  reason: string | null
  details: Record<string, unknown>
  requestId: string | null
}

export interface SessionView {
  id: string
  userAgent: string | null
  createdAt: string
  lastSeenAt: string | null
  expiresAt: string
  isCurrent: boolean
}

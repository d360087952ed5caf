import { sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, primaryKey, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, projectId } from '../columns.ts'

export const users = pgTable(
  'users',
  {
    id: id().primaryKey(),
    email: text('email').notNull(),
    name: text('name').notNull(),
    passwordHash: text('password_hash'),
    isAdmin: boolean('is_admin').notNull().default(false),
    disabledAt: instant('disabled_at'),
    createdAt: createdAt(),
  },
  t => [uniqueIndex('users_email_key').on(sql`lower(${t.email})`)],
)

/** A browser session. The JWT holds a secret whose hash is the key here, so that a session can be revoked. */
export const sessions = pgTable(
  'sessions',
  {
    idHash: text('id_hash').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    lastSeenAt: instant('last_seen_at'),
    revokedAt: instant('revoked_at'),
  },
  t => [index('sessions_user_idx').on(t.userId)],
)

export const projects = pgTable('projects', {
  id: id().primaryKey(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  /** IANA zone: schedules, days and months of this project. */
  zone: text('zone').notNull().default('UTC'),
  description: text('description').notNull().default(''),
  /** Archived: hidden from lists and read-only. */
  archivedAt: instant('archived_at'),
  /** While archived, its endpoints are `serving` or `stopped`. */
  archivedEndpoints: text('archived_endpoints'),
  createdAt: createdAt(),
  createdBy: uuid('created_by'),
})

export const members = pgTable(
  'members',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').notNull(),
    createdAt: createdAt(),
  },
  t => [primaryKey({ columns: [t.projectId, t.userId] }), index('members_user_idx').on(t.userId)],
)

export const invitations = pgTable(
  'invitations',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    tokenHash: text('token_hash').notNull().unique(),
    email: text('email'),
    role: text('role').notNull(),
    createdBy: uuid('created_by'),
    createdByToken: uuid('created_by_token'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
    acceptedBy: uuid('accepted_by'),
    revokedAt: instant('revoked_at'),
  },
  t => [unique('invitations_project_key').on(t.projectId, t.id)],
)

export const apiTokens = pgTable(
  'api_tokens',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    /** SHA-256 of the token (256 random bits), hex. */
    tokenHash: text('token_hash').notNull().unique(),
    /** First characters, to recognize a token in the list. */
    prefix: text('prefix').notNull(),
    role: text('role').notNull(),
    createdBy: uuid('created_by'),
    /** The token that made this one; revoked with it. */
    createdByToken: uuid('created_by_token'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  t => [unique('api_tokens_project_key').on(t.projectId, t.id)],
)

/** One-time links of the instance: first administrator, password reset. */
export const signInLinks = pgTable('sign_in_links', {
  tokenHash: text('token_hash').primaryKey(),
  purpose: text('purpose').notNull(),
  userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
  createdAt: createdAt(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
})

/** Failed sign-ins per key (account or address) in the current window. */
export const loginThrottles = pgTable('login_throttles', {
  key: text('key').primaryKey(),
  failures: integer('failures').notNull().default(0),
  blockedUntil: instant('blocked_until'),
  updatedAt: instant('updated_at').notNull().defaultNow(),
})

/** Browsers (by their cookie) and addresses from which a person has signed in. */
export const knownPlaces = pgTable(
  'known_places',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the kind and the secret or address. */
    placeHash: text('place_hash').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  t => [primaryKey({ columns: [t.userId, t.placeHash] })],
)

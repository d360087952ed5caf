import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId, newSecret, sha256 } from '#server/kernel/ids.ts'
import { type Actor, type ProjectScope, scopeOf, systemActor } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { authorize, type Caller } from './caller.ts'
import { type CreateTokenInput, type MintedToken, mayGrant, type Role, slugSchema, type TokenView } from './contract.ts'
import { type OnProjectCreated, writeProject } from './projects.ts'
import { findProject, findToken, insertToken, listTokenRows, markTokenRevoked } from './store.ts'

const DAY_MS = 86_400_000
const MACHINE_TOKEN_DAYS = 365

async function mint(
  kernel: Kernel,
  actor: Actor,
  scope: ProjectScope,
  input: { name: string; role: Role; expiresAt: Date | null },
): Promise<MintedToken> {
  const token = `flx_${newSecret()}`
  const id = newId(kernel.clock)
  await change(kernel, actor, async c => {
    await insertToken(c.tx, {
      id,
      projectId: scope.projectId,
      name: input.name,
      role: input.role,
      tokenHash: sha256(token),
      prefix: token.slice(0, 8),
      createdBy: actor.kind === 'user' ? actor.id : null,
      createdByToken: actor.kind === 'token' ? actor.id : null,
      createdAt: nowDate(kernel.clock),
      expiresAt: input.expiresAt,
    })
    await c.record({
      projectId: scope.projectId,
      subject: { kind: 'token', id },
      audit: {
        action: 'access.create-token',
        details: { name: input.name, role: input.role, expiresAt: input.expiresAt?.toISOString() ?? null },
      },
    })
    // Inference servers keep the hashes of tokens.
    c.wakeAfter({ topic: 'token' })
  })
  return { id, token, project: scope.slug, role: input.role, expiresAt: input.expiresAt?.toISOString() ?? null }
}

/** Returns the end of a new token. One that a token makes ends with it at the latest. */
function expiryOf(caller: Caller, days: number | null, nowMs: number): Date | null {
  const wanted = days === null ? null : new Date(nowMs + days * DAY_MS)
  const limit = caller.actor.kind === 'token' ? (caller.tokenExpiresAt ?? null) : null
  return limit !== null && (wanted === null || wanted > limit) ? limit : wanted
}

/**
 * Creates a token, which is only in this response. Its role is at most its creator's; only an owner creates one that never expires. A
 * token that a token makes ends with it and is revoked with it.
 */
export async function createToken(kernel: Kernel, caller: Caller, input: CreateTokenInput): Promise<MintedToken> {
  await authorize(kernel, caller, 'token:manage')
  if (!mayGrant(caller.role, input.role))
    throw new AppError(
      'forbidden',
      `Your role is ${caller.role}; you cannot create a token with the role ${input.role}.`,
      {
        hint: `Choose ${caller.role} or less.`,
      },
    )
  if (input.expiresInDays === null && caller.role !== 'owner')
    throw new AppError('forbidden', 'Only an owner may create a token that never expires.', {
      hint: 'Choose a number of days.',
    })
  const expiresAt = expiryOf(caller, input.expiresInDays, kernel.clock.now())
  return mint(kernel, caller.actor, caller.scope, { name: input.name, role: input.role, expiresAt })
}

export async function listTokens(kernel: Kernel, caller: Caller): Promise<{ items: TokenView[] }> {
  await authorize(kernel, caller, 'token:read')
  const now = kernel.clock.now()
  const rows = await listTokenRows(kernel.db, caller.scope)
  return {
    items: rows.map(r => ({
      id: r.id,
      name: r.name,
      prefix: r.prefix,
      role: r.role as Role,
      madeBy: r.madeBy ?? 'the server’s command line',
      createdAt: r.createdAt.toISOString(),
      expiresAt: r.expiresAt?.toISOString() ?? null,
      lastUsedAt: r.lastUsedAt?.toISOString() ?? null,
      state: r.revokedAt ? 'revoked' : r.expiresAt && r.expiresAt.getTime() <= now ? 'expired' : 'live',
    })),
  }
}

/** Revokes a token and those made with it: effective in the dashboard at once, in serve within seconds. Idempotent. */
export async function revokeToken(kernel: Kernel, caller: Caller, id: string): Promise<{ id: string }> {
  await authorize(kernel, caller, 'token:manage')
  const token = await findToken(kernel.db, caller.scope, id)
  if (!token) throw new AppError('not_found', 'There is no such token in this project.')
  if (!mayGrant(caller.role, token.role as Role))
    throw new AppError('forbidden', `Your role is ${caller.role}; this token’s is ${token.role}.`, {
      hint: 'An owner of the project can revoke it.',
    })
  if (token.revokedAt) return { id }
  await change(kernel, caller.actor, async c => {
    const revoked = await markTokenRevoked(c.tx, caller.scope, id, nowDate(kernel.clock))
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'token', id },
      audit: {
        action: 'access.revoke-token',
        details: { name: token.name, ...(revoked.length > 1 ? { withIt: revoked.length - 1 } : {}) },
      },
    })
    c.wakeAfter({ topic: 'token' })
  })
  return { id }
}

/**
 * Creates a token on the server's machine, where access to the database address implies administrator rights. Creates the project if it
 * does not exist.
 */
export async function mintTokenFromMachine(
  kernel: Kernel,
  input: { project: string; role: Role; name?: string },
  onProjectCreated?: OnProjectCreated,
): Promise<MintedToken> {
  const actor = systemActor('command-line')
  let project = await findProject(kernel.db, input.project)
  if (!project) {
    const slug = slugSchema.safeParse(input.project)
    if (!slug.success)
      throw new AppError('invalid', `“${input.project}” cannot be the name of a project.`, {
        hint: slug.error.issues[0]?.message,
      })
    project = await change(kernel, actor, c =>
      writeProject(kernel, c, { slug: slug.data, owner: null }, onProjectCreated),
    )
  }
  return mint(kernel, actor, scopeOf(project), {
    name: input.name ?? 'command line',
    role: input.role,
    expiresAt: new Date(kernel.clock.now() + MACHINE_TOKEN_DAYS * DAY_MS),
  })
}

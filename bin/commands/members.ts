import { MEMBER_ROLES, offeredRoles, ROLES } from '#server/access/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import type { Client } from './connection.ts'
import { failed, usage } from './failure.ts'
import { showTable } from './show-table.ts'

const BY_TOKEN = 'Needs an owner’s token. Tokens cannot make, change or remove owners.'

function roleIn<R extends string>(roles: readonly R[], text: string | undefined): R {
  const role = roles.find(known => known === text)
  if (!role) throw usage(`“${text}” is not a role.`, `Roles are ${roles.join(', ')}.`)
  return role
}

/** Finds a member by e-mail address. Throws if there is none. */
async function memberOf({ api }: Client, email: string) {
  const { items } = await api.access.members.query({})
  const member = items.find(m => m.email.toLowerCase() === email.toLowerCase())
  if (!member) throw failed(`${email} is no member of the project.`, '`fleximl member ls` lists them.')
  return member
}

async function list({ client }: Call): Promise<Outcome> {
  const { items } = await (await client()).api.access.members.query({})
  return {
    document: { items, next: null },
    text: showTable(
      ['NAME', 'E-MAIL', 'ROLE', 'SINCE', 'STATE'],
      items.map(m => [m.name, m.email, m.role, m.since, m.disabled ? 'disabled' : 'active']),
    ),
  }
}

async function add({ args, text, client }: Call): Promise<Outcome> {
  const email = args[0]!
  const role = roleIn(MEMBER_ROLES, text('role'))
  const added = await (await client()).api.access.addMember.mutate({ email, role, invite: true })
  return {
    document: { email, role, ...added },
    text: added.invitation
      ? `No account has this address yet. Send this link; it works once, for seven days:\n${added.invitation.link}`
      : `${email} is ${role} now.`,
  }
}

async function setRole({ args, text, client }: Call): Promise<Outcome> {
  const role = roleIn(MEMBER_ROLES, text('role'))
  const server = await client()
  const { userId, email } = await memberOf(server, args[0]!)
  await server.api.access.changeMember.mutate({ userId, role })
  return { document: { userId, email, role }, text: `${email} is ${role} now.` }
}

async function remove({ args, client }: Call): Promise<Outcome> {
  const server = await client()
  const { userId, email } = await memberOf(server, args[0]!)
  await server.api.access.removeMember.mutate({ userId })
  return { document: { userId, email }, text: `${email} is no longer a member.` }
}

async function listInvitations({ client }: Call): Promise<Outcome> {
  const { items } = await (await client()).api.access.invitations.query({})
  return {
    document: { items, next: null },
    text:
      items.length === 0
        ? 'No invitations.'
        : showTable(
            ['ID', 'FOR', 'ROLE', 'STATE', 'INVITED BY', 'EXPIRES'],
            items.map(i => [i.id, i.email ?? 'anyone with the link', i.role, i.state, i.invitedBy, i.expiresAt]),
          ),
  }
}

async function invite({ text, client }: Call): Promise<Outcome> {
  const role = roleIn(MEMBER_ROLES, text('role'))
  const made = await (await client()).api.access.invite.mutate({ role, email: text('email') })
  return { document: { ...made, role }, text: made.link }
}

async function revokeInvitation({ args, client }: Call): Promise<Outcome> {
  const { id } = await (await client()).api.access.revokeInvitation.mutate({ id: args[0]! })
  return { document: { id }, text: 'The invitation is revoked.' }
}

async function listTokens({ client }: Call): Promise<Outcome> {
  const { items } = await (await client()).api.access.tokens.query({})
  return {
    document: { items, next: null },
    text: showTable(
      ['ID', 'NAME', 'ROLE', 'STATE', 'CREATED BY', 'LAST USED', 'EXPIRES'],
      items.map(t => [t.id, t.name, t.role, t.state, t.madeBy, t.lastUsedAt ?? 'never', t.expiresAt ?? 'never']),
    ),
  }
}

async function addToken({ text, whole, client }: Call): Promise<Outcome> {
  const role = roleIn(ROLES, text('role'))
  const made = await (await client()).api.access.createToken.mutate({
    name: text('name')!,
    role,
    expiresInDays: whole('days', 1) ?? 90,
  })
  return { document: { ...made }, text: made.token }
}

async function revokeToken({ args, client }: Call): Promise<Outcome> {
  const { api } = await client()
  const { items } = await api.access.tokens.query({})
  const named = items.filter(t => t.id === args[0] || (t.name === args[0] && t.state === 'live'))
  const [token] = named
  if (!token || named.length > 1)
    throw failed(
      token ? `${named.length} valid tokens are called ${args[0]}.` : `There is no token ${args[0]}.`,
      '`fleximl token ls` lists them with their ids.',
    )
  await api.access.revokeToken.mutate({ id: token.id })
  return { document: { id: token.id, name: token.name }, text: `${token.name} is revoked.` }
}

const role = (roles: readonly string[]) =>
  ({ type: 'string', value: 'ROLE', help: roles.join(', '), required: true }) as const
const MEMBERS = offeredRoles(MEMBER_ROLES)
const TOKENS = offeredRoles(ROLES)

export const memberCommands: Command[] = [
  { name: 'member ls', count: [0, 0], summary: 'Lists the members of the project.', run: list },
  {
    name: 'member add',
    parameters: 'EMAIL',
    count: [1, 1],
    summary: 'Adds an account as a member, or creates an invitation link for an address without one.',
    more: BY_TOKEN,
    options: { role: role(MEMBERS) },
    run: add,
  },
  {
    name: 'member set',
    parameters: 'EMAIL',
    count: [1, 1],
    summary: 'Changes the role of a member.',
    more: BY_TOKEN,
    options: { role: role(MEMBERS) },
    run: setRole,
  },
  {
    name: 'member remove',
    parameters: 'EMAIL',
    count: [1, 1],
    summary: 'Removes a member.',
    more: BY_TOKEN,
    run: remove,
  },
  { name: 'invitation ls', count: [0, 0], summary: 'Lists the invitations of the project.', run: listInvitations },
  {
    name: 'invitation create',
    count: [0, 0],
    summary: 'Creates an invitation link, for one address or for anyone who has it.',
    more: BY_TOKEN,
    options: {
      role: role(MEMBERS),
      email: { type: 'string', value: 'EMAIL', help: 'only this address can accept' },
    },
    run: invite,
  },
  {
    name: 'invitation revoke',
    parameters: 'ID',
    count: [1, 1],
    summary: 'Revokes an open invitation.',
    run: revokeInvitation,
  },
  { name: 'token ls', count: [0, 0], summary: 'Lists the API tokens of the project.', run: listTokens },
  {
    name: 'token add',
    count: [0, 0],
    summary: 'Creates an API token over the server, with at most the role of the token in use.',
    more: 'It ends and is revoked with the token that makes it.',
    options: {
      name: { type: 'string', value: 'N', help: 'name shown on the Access page', required: true },
      role: role(TOKENS),
      days: { type: 'string', value: 'D', help: 'days until it expires (default 90)' },
    },
    run: addToken,
  },
  {
    name: 'token revoke',
    parameters: 'NAME|ID',
    count: [1, 1],
    summary: 'Revokes an API token and the tokens that were made with it.',
    run: revokeToken,
  },
]

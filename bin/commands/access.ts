import { createInterface } from 'node:readline/promises'
import { offeredRoles, ROLES, type Role } from '#server/access/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { checkedUrl, connect, serverUrl, store } from './connection.ts'
import { usage } from './failure.ts'
import { showFields } from './show-table.ts'

/** Loads the kernel on demand, so that commands without it start fast. */
const local = async () => ({
  ...(await import('./local-kernel.ts')),
  access: await import('#server/access/index.ts'),
})

async function createToken({ text, world }: Call): Promise<Outcome> {
  const role = text('role') as Role
  if (!ROLES.includes(role)) throw usage(`“${role}” is not a role.`, `Roles are ${ROLES.join(', ')}.`)
  const { withLocalKernel } = await local()
  const { mintTokenOnMachine } = await import('#server/api/create-project.ts')
  const made = await withLocalKernel(world.env, kernel =>
    mintTokenOnMachine(kernel, { project: text('project')!, role, name: text('name') }),
  )
  return { document: { ...made }, text: made.token }
}

async function firstLink({ world }: Call): Promise<Outcome> {
  const { withLocalKernel, access } = await local()
  const link = await withLocalKernel(world.env, kernel => access.firstSignInLink(kernel))
  return { document: { link: link ?? null }, text: link ?? '' }
}

async function reset({ args, world }: Call): Promise<Outcome> {
  const { withLocalKernel, access } = await local()
  const link = await withLocalKernel(world.env, kernel => access.resetLink(kernel, args[0]!))
  return {
    document: { email: args[0], link },
    text: `Within 24 hours, once: ${link}`,
  }
}

async function disable({ args, world }: Call): Promise<Outcome> {
  const { withLocalKernel, access } = await local()
  const done = await withLocalKernel(world.env, kernel => access.disableUser(kernel, args[0]!))
  const tokens =
    done.liveTokens === 0
      ? ''
      : ` ${done.liveTokens} API ${done.liveTokens === 1 ? 'token' : 'tokens'} that this person made still work; revoke them on the projects’ Access pages.`
  return { document: { ...done }, text: `${done.email} is signed out everywhere and cannot sign in.${tokens}` }
}

async function enable({ args, world }: Call): Promise<Outcome> {
  const { withLocalKernel, access } = await local()
  const done = await withLocalKernel(world.env, kernel => access.enableUser(kernel, args[0]!))
  return {
    document: { ...done },
    text: done.enabled ? `${done.email} can sign in again.` : `${done.email} was not disabled.`,
  }
}

async function login({ text, world, note }: Call): Promise<Outcome> {
  const url = text('url') ? checkedUrl(text('url')!) : await serverUrl(world.env)
  let token = text('token') ?? world.env.FLEXIML_TOKEN
  if (!token) {
    note(`A token for ${url} (made on the project’s Access page, or by \`fleximl token create\`):`)
    const lines = createInterface({ input: world.stdin })
    for await (const line of lines) {
      token = line.trim()
      break
    }
    lines.close()
  }
  if (!token) throw usage('No token was given.', 'Pass it by --token, FLEXIML_TOKEN or standard input.')
  // A token of any role may read the datasets of its project.
  await connect(url, token).api.data.list.query({})
  const file = await store(world.env, { url, token })
  return {
    document: { url, file },
    text: showFields([
      ['server', url],
      ['kept in', file],
    ]),
  }
}

const ON_MACHINE =
  'Runs on the machine of the server, directly on its database (DATABASE_URL, or the home FLEXIML_HOME).'

export const accessCommands: Command[] = [
  {
    name: 'token create',
    summary: 'Creates an API token of a project, and the project if it does not exist.',
    more: ON_MACHINE,
    options: {
      project: { type: 'string', value: 'NAME', help: 'the project', required: true },
      role: { type: 'string', value: 'ROLE', help: offeredRoles(ROLES).join(', '), required: true },
      name: { type: 'string', value: 'N', help: 'name shown on the Access page' },
    },
    run: createToken,
  },
  {
    name: 'login',
    summary: 'Checks the address and a token and stores them for later commands.',
    options: {
      url: { type: 'string', value: 'URL', help: 'the server (FLEXIML_URL)' },
      token: { type: 'string', value: 'TOKEN', help: 'prefer FLEXIML_TOKEN or standard input' },
    },
    run: login,
  },
  {
    name: 'user first-link',
    summary: 'Prints the one-time link that creates the first administrator; nothing if there is one.',
    more: ON_MACHINE,
    run: firstLink,
  },
  {
    name: 'user reset',
    parameters: 'EMAIL',
    count: [1, 1],
    summary: 'Prints a one-time link for setting a new password.',
    more: ON_MACHINE,
    run: reset,
  },
  {
    name: 'user disable',
    parameters: 'EMAIL',
    count: [1, 1],
    summary: 'Signs a user out everywhere and disables the account.',
    more: ON_MACHINE,
    run: disable,
  },
  {
    name: 'user enable',
    parameters: 'EMAIL',
    count: [1, 1],
    summary: 'Enables a disabled account again.',
    more: ON_MACHINE,
    run: enable,
  },
]

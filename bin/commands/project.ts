import { ARCHIVED_ENDPOINTS, type ProjectSettings } from '#server/access/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { usage } from './failure.ts'
import { showFields } from './show-table.ts'

const outcome = (settings: ProjectSettings & { role?: string }): Outcome => ({
  document: { ...settings },
  text: showFields([
    ['project', settings.project],
    ['name', settings.name],
    ['description', settings.description || null],
    ['time zone', settings.zone],
    ...(settings.role ? [['role of the token', settings.role] as [string, string]] : []),
    ['created', settings.createdAt],
    ['archived', settings.archivedAt ? `${settings.archivedAt}, endpoints ${settings.archivedEndpoints}` : 'no'],
  ]),
})

async function show({ client }: Call): Promise<Outcome> {
  return outcome(await (await client()).api.access.here.query({}))
}

async function set({ text, client }: Call): Promise<Outcome> {
  const input = { name: text('name'), description: text('description'), zone: text('zone') }
  if (Object.values(input).every(value => value === undefined))
    throw usage('Nothing to change.', 'Give --name, --description or --zone.')
  return outcome(await (await client()).api.access.updateProject.mutate(input))
}

async function archive({ text, client }: Call): Promise<Outcome> {
  const endpoints = ARCHIVED_ENDPOINTS.find(state => state === (text('endpoints') ?? 'serving'))
  if (!endpoints) throw usage(`--endpoints is ${ARCHIVED_ENDPOINTS.join(' or ')}.`)
  return outcome(await (await client()).api.access.archiveProject.mutate({ confirm: text('confirm')!, endpoints }))
}

async function restore({ client }: Call): Promise<Outcome> {
  return outcome(await (await client()).api.access.restoreProject.mutate({}))
}

export const projectCommands: Command[] = [
  { name: 'project show', count: [0, 0], summary: 'Shows the project of the token and its settings.', run: show },
  {
    name: 'project set',
    count: [0, 0],
    summary: 'Changes name, description or time zone of the project.',
    more: 'Needs an owner’s token. The slug is part of addresses and never changes.',
    options: {
      name: { type: 'string', value: 'NAME', help: 'the title' },
      description: { type: 'string', value: 'TEXT', help: 'what it is for' },
      zone: { type: 'string', value: 'ZONE', help: 'IANA time zone, for example Europe/Berlin' },
    },
    run: set,
  },
  {
    name: 'project archive',
    count: [0, 0],
    summary: 'Archives the project: hidden from lists and read-only.',
    more: 'Needs an owner’s token. Schedules pause; `project restore` undoes it.',
    options: {
      confirm: { type: 'string', value: 'SLUG', help: 'the slug of the project, as a confirmation', required: true },
      endpoints: { type: 'string', value: 'STATE', help: 'serving (default) or stopped' },
    },
    run: archive,
  },
  { name: 'project restore', count: [0, 0], summary: 'Restores the archived project.', run: restore },
]

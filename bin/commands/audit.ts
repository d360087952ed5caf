import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Call, Command, OptionSpec, Outcome } from './command.ts'
import { failed, fromBody, toFailure, usage } from './failure.ts'
import { showTable } from './show-table.ts'

const OUTCOMES = ['done', 'refused', 'failed'] as const

function filterOf({ text }: Call) {
  const outcome = OUTCOMES.find(known => known === text('outcome'))
  if (text('outcome') !== undefined && !outcome) throw usage(`--outcome is ${OUTCOMES.join(', ')}.`)
  return {
    action: text('action'),
    actor: text('actor'),
    outcome,
    q: text('search'),
    from: text('from'),
    to: text('to'),
  }
}

async function list(call: Call): Promise<Outcome> {
  const cursor = call.whole('cursor', 1)
  const limit = call.whole('limit', 1) ?? 50
  const { items, next } = await (await call.client()).api.access.audit.query({ ...filterOf(call), cursor, limit })
  return {
    document: { items, next: next === null ? null : String(next) },
    text:
      items.length === 0
        ? 'No entry matches.'
        : showTable(
            ['TIME', 'ACTOR', 'ACTION', 'OUTCOME', 'SUBJECT', 'REASON'],
            items.map(e => [
              e.at,
              e.actorName,
              e.action,
              e.outcome,
              `${e.subjectKind} ${e.subject?.name ?? e.subjectId}`,
              e.reason,
            ]),
          ) + (next === null ? '' : `\nMore: --cursor ${next}`),
  }
}

async function exportLog(call: Call): Promise<Outcome> {
  const path = resolve(call.args[0]!)
  const format = /\.(csv|json)$/i.exec(path)?.[1]?.toLowerCase()
  if (!format) throw usage(`${path} ends neither in .csv nor in .json.`)
  const client = await call.client()
  const query = new URLSearchParams({ format })
  for (const [name, value] of Object.entries(filterOf(call))) if (value !== undefined) query.set(name, value)
  const response = await fetch(`${client.url}/api/v1/audit/export?${query}`, {
    headers: { authorization: `Bearer ${client.token}` },
  }).catch(error => {
    throw toFailure(error, client.url)
  })
  if (!response.ok || !response.body) {
    const body = (await response.json().catch(() => undefined)) as
      | { error?: Parameters<typeof fromBody>[0] }
      | undefined
    throw fromBody(body?.error ?? { code: 'internal', message: `${client.url} answered ${response.status}.` })
  }
  await pipeline(response.body, createWriteStream(path, { mode: 0o600 })).catch(error => {
    throw failed(`The export ended early: ${(error as Error).message}`, 'Try again.')
  })
  return { document: { path, format }, text: `The audit log is in ${path}.` }
}

const FILTERS: Record<string, OptionSpec> = {
  action: { type: 'string', value: 'ACTION', help: 'for example access.create-token' },
  actor: { type: 'string', value: 'ACTOR', help: 'user:ID, token:ID or system:PART' },
  outcome: { type: 'string', value: 'OUTCOME', help: OUTCOMES.join(', ') },
  search: { type: 'string', value: 'TEXT', help: 'in action, actor, subject, reason and details' },
  from: { type: 'string', value: 'TIME', help: 'a date or ISO 8601, in the time zone of the project' },
  to: { type: 'string', value: 'TIME', help: 'a date (the whole day) or ISO 8601' },
}

export const auditCommands: Command[] = [
  {
    name: 'audit ls',
    count: [0, 0],
    summary: 'Lists the audit log of the project, newest first.',
    options: {
      ...FILTERS,
      limit: { type: 'string', value: 'N', help: 'entries, at most 200 (default 50)' },
      cursor: { type: 'string', value: 'C', help: 'the next of the previous page' },
    },
    run: list,
  },
  {
    name: 'audit export',
    parameters: 'FILE',
    count: [1, 1],
    summary: 'Writes all entries of the audit log that match to a file that ends in .csv or .json.',
    more: 'In CSV, cells that a spreadsheet would run as a formula start with an apostrophe.',
    options: FILTERS,
    run: exportLog,
  },
]

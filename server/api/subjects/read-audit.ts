import type { Caller } from '#server/access/caller.ts'
import type { AuditInput, AuditView } from '#server/access/contract.ts'
import { type AuditQuery, readAudit, readInstanceAudit, recordAuditExport } from '#server/access/index.ts'
import { toCsvLine } from '#server/kernel/csv/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'
import { resolveInstant } from '#server/serving/service.ts'
import { withSubjects } from './name-subjects.ts'

export type NamedAuditEntry = AuditView & { subject: NamedSubject | null }

interface NamedAuditPage {
  items: NamedAuditEntry[]
  next: number | null
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const DAY_MS = 86_400_000

/** Reads a time of the filter; a date as `to` includes its whole day. */
function instantOf(name: 'from' | 'to', text: string | undefined, zone: string): Date | undefined {
  if (!text) return undefined
  const trimmed = text.trim()
  const wholeDay = name === 'to' && DATE.test(trimmed)
  const next = wholeDay ? new Date(Date.parse(`${trimmed}T00:00:00Z`) + DAY_MS) : undefined
  const instant =
    next && !Number.isNaN(next.getTime())
      ? resolveInstant(next.toISOString().slice(0, 10), zone)
      : resolveInstant(trimmed, zone)
  if (Number.isNaN(instant))
    throw new AppError('invalid', `“${text}” is not a time.`, {
      hint: 'Write a date such as 2026-11-29, or ISO 8601 such as 2026-11-29T14:30.',
      details: [{ column: name, expected: 'a date or ISO 8601', got: text }],
    })
  return new Date(instant)
}

const queryOf = ({ from, to, ...input }: AuditInput, zone: string): AuditQuery => ({
  ...input,
  from: instantOf('from', from, zone),
  to: instantOf('to', to, zone),
})

/** Lists audit entries of a project, newest first, with the names of their subjects. */
export async function readNamedAudit(kernel: Kernel, caller: Caller, input: AuditInput): Promise<NamedAuditPage> {
  const { items, next } = await readAudit(kernel, caller, queryOf(input, caller.scope.zone))
  return { items: await withSubjects(kernel.db, caller.scope, items), next }
}

/** Lists audit entries outside of projects. The caller was checked to be an administrator. */
export async function readNamedInstanceAudit(kernel: Kernel, input: AuditInput): Promise<NamedAuditPage> {
  const { items, next } = await readInstanceAudit(kernel, queryOf(input, 'UTC'))
  return { items: await withSubjects(kernel.db, null, items), next }
}

const EXPORT_PAGE = 500
const COLUMNS: [string, (e: NamedAuditEntry) => string | null][] = [
  ['time', e => e.at],
  ['actor', e => e.actorName],
  ['actorId', e => e.actor],
  ['action', e => e.action],
  ['outcome', e => e.outcome],
  ['subjectKind', e => e.subjectKind],
  ['subject', e => e.subject?.name ?? null],
  ['subjectId', e => e.subjectId],
  ['reason', e => e.reason],
  ['details', e => (Object.keys(e.details).length > 0 ? JSON.stringify(e.details) : null)],
  ['requestId', e => e.requestId],
]

export const EXPORT_FORMATS = ['csv', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/**
 * Returns all entries that match, newest first, as text: CSV whose cells no spreadsheet runs, or one JSON document. The export itself is
 * audited, after the entries were chosen.
 */
export async function exportAudit(
  kernel: Kernel,
  caller: Caller,
  format: ExportFormat,
  input: AuditInput,
): Promise<AsyncIterable<string>> {
  const query = queryOf(input, caller.scope.zone)
  const first = await readAudit(kernel, caller, { ...query, limit: EXPORT_PAGE })
  await recordAuditExport(kernel, caller, format, query)
  async function* pages() {
    for (let page = first; ; ) {
      yield await withSubjects(kernel.db, caller.scope, page.items)
      if (page.next === null) return
      page = await readAudit(kernel, caller, { ...query, limit: EXPORT_PAGE, cursor: page.next })
    }
  }
  return format === 'csv' ? csvOf(pages()) : jsonOf(pages())
}

async function* csvOf(pages: AsyncIterable<NamedAuditEntry[]>): AsyncIterable<string> {
  yield toCsvLine(COLUMNS.map(([name]) => name))
  for await (const page of pages) yield page.map(entry => toCsvLine(COLUMNS.map(([, read]) => read(entry)))).join('')
}

async function* jsonOf(pages: AsyncIterable<NamedAuditEntry[]>): AsyncIterable<string> {
  let separator = '{"items":['
  for await (const page of pages)
    for (const entry of page) {
      yield `${separator}\n${JSON.stringify(entry)}`
      separator = ','
    }
  yield separator === ',' ? '\n]}\n' : '{"items":[]}\n'
}

import { type DiffVerdict, diffFindings, diffVerdict } from '#tables/diff/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { retryWhileUnreachable } from './connection.ts'
import { failed } from './failure.ts'
import { numberText, showTable } from './show-table.ts'

const POLL_MS = 300

/** Polls until the work has ended. Throws if it failed. */
async function settled<T extends { state: string; reason: string | null }>(
  first: T,
  again: () => Promise<T>,
  note: (line: string) => void,
  doing: string,
): Promise<T> {
  let now = first
  for (let noted = false; now.state === 'queued' || now.state === 'running'; noted = true) {
    if (!noted) note(`${doing} …`)
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
    now = await retryWhileUnreachable(again, note)
  }
  if (now.state === 'failed') throw failed(now.reason ?? `${doing} failed.`)
  return now
}

async function leaks({ args, text, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  const input = { dataset: args[0]!, target: text('target'), split: text('split') as 'random' | undefined }
  const there = await api.data.leaks.show.query(input)
  const first = there.state === 'succeeded' ? there : await api.data.leaks.search.mutate(input)
  const found = await settled(first, () => api.data.leaks.show.query(input), note, 'Checking for leakage')
  // One entry per column, so that a script can pass the names to --ignore.
  const findings = found.findings.flatMap(({ columns, kind, severity, evidence, ignored }) =>
    (columns.length > 0 ? columns : [null]).map(column => ({ column, kind, severity, evidence, columns, ignored })),
  )
  const title = `${found.dataset} v${found.version}, target ${found.target}, split ${found.split}`
  return {
    document: {
      dataset: found.dataset,
      version: found.version,
      target: found.target,
      split: found.split,
      findings,
      verdict: found.verdict,
      sentence: found.sentence,
      evidence: found.evidence,
    },
    text:
      findings.length === 0
        ? `${title}: ${found.sentence}`
        : [
            `${title}:`,
            '',
            showTable(
              ['SEVERITY', 'KIND', 'COLUMN', 'EVIDENCE'],
              findings.map(f => [f.severity, f.kind, f.column, f.ignored ? `${f.evidence} (ignored)` : f.evidence]),
            ),
          ].join('\n'),
  }
}

const VERDICT: Record<DiffVerdict, string> = {
  shifted: 'shifted',
  changed: 'new or vanished values',
  similar: 'no significant shift',
  unknown: 'not enough data',
}

async function diff({ args, list, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  const input = { before: args[0]!, after: args[1]!, key: list('key') }
  const first = await api.data.diff.compare.mutate(input)
  const answer = await settled(first, () => api.data.diff.show.query(input), note, 'Comparing')
  if (!answer.result) throw failed('The comparison has no result.')
  const { schema, rows, key, notes, columns, measuredRows } = answer.result
  const { before, after } = answer
  return {
    document: {
      before,
      after,
      key,
      schema,
      rows,
      notes,
      measuredRows,
      columns: columns.map(({ spread, ...column }) => ({
        ...column,
        verdict: diffVerdict({ spread, ...column }),
        findings: diffFindings({ spread, ...column }),
      })),
    },
    text: [
      `${before.dataset} v${before.version} (${before.rows} rows) → ${after.dataset} v${after.version} (${after.rows} rows)`,
      `Rows: ${rows.added} added, ${rows.removed} removed, ${rows.changed} changed, ${rows.same} the same; matched by ${key.length > 0 ? key.join(', ') : 'whole rows'}.`,
      ...(schema.added.length > 0 ? [`Columns added: ${schema.added.join(', ')}`] : []),
      ...(schema.removed.length > 0 ? [`Columns removed: ${schema.removed.join(', ')}`] : []),
      ...schema.types.map(t => `Column ${t.name}: ${t.before} → ${t.after}`),
      ...notes.map(n => `note: ${n}`),
      ...(columns.length === 0
        ? []
        : [
            '',
            showTable(
              ['COLUMN', 'TEST', 'STATISTIC', 'THRESHOLD', 'VERDICT', 'MISSING CELLS', 'CELLS CHANGED'],
              columns.map(c => [
                c.name,
                c.test,
                numberText(c.statistic),
                c.threshold,
                VERDICT[diffVerdict(c)],
                `${c.missing.before} → ${c.missing.after}`,
                c.changed,
              ]),
            ),
          ]),
    ].join('\n'),
  }
}

export const dataFindingCommands: Command[] = [
  {
    name: 'data leaks',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Checks for target leakage: columns that contain the target, and rows in both training and test data.',
    options: {
      target: { type: 'string', value: 'COL', help: 'the column to be predicted; default: the target of the schema' },
      split: { type: 'string', value: 'S', help: 'random, time or group; default: as training would split' },
    },
    run: leaks,
  },
  {
    name: 'data diff',
    parameters: 'N@1 N@2',
    count: [2, 2],
    summary: 'Compares two versions: columns, rows and distributions.',
    options: {
      key: {
        type: 'string',
        value: 'COL,COL',
        help: 'matches rows by these; default: the id columns, else whole rows',
      },
    },
    run: diff,
  },
]

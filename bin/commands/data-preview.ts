import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { describeComparison } from '#server/data/previews/contract.ts'
import { isTerminal } from '#server/kernel/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { retryWhileUnreachable } from './connection.ts'
import { failed, usage } from './failure.ts'
import { offerHint, READING_OPTIONS, readingInput } from './reading-options.ts'
import { showTable } from './show-table.ts'
import { uploadFile } from './upload-file.ts'

const POLL_MS = 300

async function preview(call: Call): Promise<Outcome> {
  const { args, text, client: open, note } = call
  const path = args[0]!
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw usage(`${path} is not a file.`)
  const how = await readingInput(call)
  const client = await open()
  const { previews } = client.api.data
  const name = text('name')
  const digest = await uploadFile(client, path, note)
  const { id } = await previews.start.mutate({ fileName: basename(path), digest, name, ...how })
  let shown = await previews.show.query({ id, name })
  while (!isTerminal(shown.state)) {
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
    shown = await retryWhileUnreachable(() => previews.show.query({ id, name }), note)
  }
  const { result, comparison } = shown
  if (!result)
    throw failed(shown.reason ?? 'The file cannot be read.', offerHint(shown.offer) ?? shown.hint ?? undefined)
  return {
    document: {
      rows: result.rows,
      schema: result.schema,
      warnings: result.warnings,
      breaks: result.breaks,
      cells: result.cells,
      comparison,
    },
    text: [
      showTable(
        ['COLUMN', 'TYPE', 'ROLE', 'MISSING', 'DISTINCT', 'INFERRED'],
        result.schema.map(c => [c.name, c.type, c.role, c.missing, c.distinct, c.reason]),
      ),
      ...[...result.breaks, ...result.warnings].map(w => `warning: ${w}`),
      ...(comparison === null
        ? []
        : [
            '',
            ...(comparison.changes.length === 0
              ? []
              : [
                  showTable(
                    ['COLUMN', 'DIFFERENCE', `V${comparison.version}`, 'THIS FILE'],
                    comparison.changes.map(c => [c.column, c.what, c.before, c.after]),
                  ),
                ]),
            describeComparison(comparison, how.columns === undefined && how.reading === undefined),
          ]),
    ].join('\n'),
  }
}

export const dataPreviewCommands: Command[] = [
  {
    name: 'data preview',
    parameters: 'FILE',
    count: [1, 1],
    summary: 'Shows how a file would be read, without adding it; with --name also how it differs from that dataset.',
    options: {
      name: { type: 'string', value: 'N', help: 'compare with the newest version of this dataset' },
      ...READING_OPTIONS,
    },
    run: preview,
  },
]

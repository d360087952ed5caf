import type { Call, Command, Outcome } from './command.ts'
import { retryWhileUnreachable } from './connection.ts'
import { failed } from './failure.ts'
import { showTable } from './show-table.ts'

const POLL_MS = 200

/** Runs a query and waits for its result. Throws with the position of a syntax error. */
async function sql({ args, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  const { id } = await api.data.queries.start.mutate({ dataset: args[0]!, sql: args[1]! })
  let answer = await api.data.queries.show.query({ id })
  for (let noted = false; answer.state === 'queued' || answer.state === 'running'; noted = true) {
    if (!noted) note('The query is running …')
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
    answer = await retryWhileUnreachable(() => api.data.queries.show.query({ id }), note)
  }
  if (answer.state !== 'succeeded') {
    const place = answer.line === null ? '' : ` (line ${answer.line}, character ${answer.column})`
    throw failed(`${answer.reason ?? 'The query was cancelled.'}${place}`, answer.hint ?? undefined)
  }
  const columns = answer.columns.map(c => c.name)
  return {
    document: {
      dataset: answer.dataset,
      version: answer.version,
      columns,
      types: answer.columns.map(c => c.type),
      rows: answer.rows,
      truncated: answer.truncated,
    },
    text: [
      showTable(
        columns,
        answer.rows.map(row => row.map(cell => (typeof cell === 'boolean' ? String(cell) : cell))),
      ),
      ...(answer.truncated ? [`… the first ${answer.rows.length} rows; there are more.`] : []),
    ].join('\n'),
  }
}

export const sqlCommands: Command[] = [
  {
    name: 'data sql',
    parameters: "N[@V] 'SELECT … FROM data'",
    count: [2, 2],
    summary: 'Queries a version with SQL; its rows are the table `data`.',
    more: 'One SELECT (or WITH … SELECT), read-only. Returns at most 10,000 rows and 5 MB; `truncated` is true if there are more.',
    run: sql,
  },
]

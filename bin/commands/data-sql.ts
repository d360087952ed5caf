import type { Call, Command, Outcome } from './command.ts'
import { patiently } from './connection.ts'
import { failed } from './failure.ts'
import { showTable } from './show-table.ts'

const POLL_MS = 200

/** Asks in SQL and waits for the answer. Throws with the place of a fault. */
async function sql({ args, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  const { id } = await api.data.queries.start.mutate({ dataset: args[0]!, sql: args[1]! })
  let answer = await api.data.queries.show.query({ id })
  for (let said = false; answer.state === 'queued' || answer.state === 'running'; said = true) {
    if (!said) note('The query is running …')
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
    answer = await patiently(() => api.data.queries.show.query({ id }), note)
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
    summary: 'Asks a version in SQL; its rows are the table `data`.',
    more: 'One SELECT (or WITH … SELECT) that reads and changes nothing. At most 10,000 rows and 5 MB come back; `truncated` says that there are more.',
    run: sql,
  },
]

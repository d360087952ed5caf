import type { Call, Command, OptionSpec, Outcome } from './command.ts'
import { type Client, retryWhileUnreachable } from './connection.ts'
import { failed } from './failure.ts'
import { parseSource } from './parse-source.ts'
import { offerHint, readingInput } from './reading-options.ts'

const POLL_MS = 400

/** Polls until an ingestion has ended. Throws with the reason of the server if it failed. */
export async function watchIngestion(client: Client, id: string, name: string, note: (line: string) => void) {
  let lastState = ''
  for (;;) {
    const now = await retryWhileUnreachable(() => client.api.data.ingestion.query({ id }), note)
    if (now.state !== lastState) note(`${name}: ${now.state}`)
    lastState = now.state
    if (now.state === 'failed') throw failed(now.reason ?? 'It was refused.', offerHint(now.offer), 'invalid')
    if (now.state === 'succeeded') return now
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

type Ended = Awaited<ReturnType<typeof watchIngestion>>

/** Returns the outcome of `data add` and `data refresh`. `what`: "These bytes" or "These rows". */
export function ingestionOutcome(done: Ended, what: string): Outcome {
  const words = done.created
    ? `${done.dataset} v${done.version}: ${done.rows} rows, ${done.columns} columns.`
    : `${what} are ${done.dataset} v${done.version} already; no new version was made.`
  return {
    document: {
      dataset: done.dataset,
      version: done.version,
      rows: done.rows,
      columns: done.columns,
      digest: done.digest,
      created: done.created,
      warnings: done.warnings,
    },
    text: [words, ...done.warnings.map(w => `  ${w}`)].join('\n'),
  }
}

export const SOURCE_OPTIONS: Record<string, OptionSpec> = {
  query: { type: 'string', value: 'SQL', help: 'of a database: which rows' },
  header: {
    type: 'string',
    value: "'K: V'",
    help: 'of a URL: a header, kept as a secret; may be given several times',
    multiple: true,
  },
  pages: { type: 'string', value: 'HOW', help: 'of a URL: how it gives pages: link, cursor or number' },
  items: { type: 'string', value: 'PATH', help: 'of a URL: where its JSON has the rows, as data.items' },
  endpoint: { type: 'string', value: 'URL', help: 'of an object store: a compatible one (default: AWS_ENDPOINT_URL)' },
  region: { type: 'string', value: 'R', help: 'of an object store (default: AWS_REGION)' },
  every: {
    type: 'string',
    value: 'CRON',
    help: 'of an address: refresh it then, as `0 6 * * *`, in the project’s zone',
  },
}

/** Runs `data add ADDRESS`: stores the address as the source of the dataset. */
export async function addAddress(call: Call, address: string): Promise<Outcome> {
  const { text, texts, flag, note, world } = call
  const name = text('name')!
  const source = parseSource(
    address,
    {
      query: text('query'),
      headers: texts('header'),
      pages: text('pages'),
      items: text('items'),
      endpoint: text('endpoint'),
      region: text('region'),
    },
    world.env,
  )
  const how = await readingInput(call)
  const client = await call.client()
  const started = await client.api.data.sources.add.mutate({
    ...source,
    name,
    append: flag('append'),
    cron: text('every'),
    target: text('target'),
    time: text('time'),
    columns: how.columns,
    files: how.reading,
  })
  return ingestionOutcome(await watchIngestion(client, started.id, name, note), 'These rows')
}

async function refresh({ args, client, note }: Call): Promise<Outcome> {
  const open = await client()
  const started = await open.api.data.sources.refresh.mutate({ dataset: args[0]! })
  return ingestionOutcome(await watchIngestion(open, started.id, args[0]!, note), 'These rows')
}

export const dataSourceCommands: Command[] = [
  {
    name: 'data refresh',
    parameters: 'N',
    count: [1, 1],
    summary: 'Reads a dataset’s source again; rows that have not changed make no version.',
    run: refresh,
  },
]

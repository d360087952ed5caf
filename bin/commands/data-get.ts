import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'
import type { Call, Command, Outcome } from './command.ts'
import { type Client, retryWhileUnreachable } from './connection.ts'
import { failed, fromBody, toFailure, usage } from './failure.ts'

/** Output options of DuckDB by file extension. Parquet is stored as received. */
const FORMATS: [RegExp, string | undefined][] = [
  [/\.parquet$/i, undefined],
  [/\.csv$/i, "FORMAT csv, HEADER, NULLSTR ''"],
  [/\.csv\.gz$/i, "FORMAT csv, HEADER, NULLSTR '', COMPRESSION gzip"],
  [/\.tsv$/i, "FORMAT csv, HEADER, DELIMITER '\t', NULLSTR ''"],
  [/\.(ndjson|jsonl)$/i, 'FORMAT json'],
]

const sizeOf = (path: string) =>
  stat(path).then(
    s => s.size,
    () => 0,
  )

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Downloads the missing bytes; resumes after a lost connection. */
async function download(client: Client, address: string, partial: string, digest: string): Promise<void> {
  const have = await sizeOf(partial)
  const response = await fetch(address, {
    headers: {
      authorization: `Bearer ${client.token}`,
      ...(have > 0 ? { range: `bytes=${have}-`, 'if-range': `"${digest}"` } : {}),
    },
  }).catch(error => {
    throw toFailure(error, client.url)
  })
  // The file is already complete.
  if (response.status === 416) return
  if (!response.ok || !response.body) {
    const body = (await response.json().catch(() => undefined)) as
      | { error?: Parameters<typeof fromBody>[0] }
      | undefined
    throw fromBody(body?.error ?? { code: 'internal', message: `${client.url} answered ${response.status}.` })
  }
  await pipeline(response.body, createWriteStream(partial, { flags: response.status === 206 ? 'a' : 'w' }))
}

async function get({ args, text: option, client: open, note }: Call): Promise<Outcome> {
  const target = resolve(option('to')!)
  const format = FORMATS.find(([end]) => end.test(target))
  if (!format)
    throw usage(
      `The extension of ${target} names no supported format.`,
      'End it in .parquet, .csv, .csv.gz, .tsv or .ndjson.',
    )
  const client = await open()
  const { dataset, version, digest, rows, bytes } = await client.api.data.show.query({ dataset: args[0]! })
  const address = `${client.url}/api/v1/datasets/${dataset}/versions/${version}/data.parquet`
  const partial = `${target}.partial`
  await retryWhileUnreachable(() => download(client, address, partial, digest), note)
  if ((await digestOf(partial)) !== digest) {
    await rm(partial, { force: true })
    throw failed('The bytes that arrived do not have the SHA-256 of the version; nothing was kept.', 'Try again.')
  }
  const [, options] = format
  if (options === undefined) await rename(partial, target)
  else {
    await withDuckDb({ files: [partial], folders: [dirname(target)] }, db =>
      db.run(`COPY (FROM read_parquet(${text(partial)})) TO ${text(target)} (${options})`),
    )
    await rm(partial)
  }
  return {
    document: { dataset, version, rows, bytes, digest, path: target },
    text: `${dataset} v${version}: ${rows} rows in ${target}.`,
  }
}

export const dataGetCommands: Command[] = [
  {
    name: 'data get',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Fetches a version into a file; what arrived is checked by its hash.',
    more: 'The end of the name chooses the format: .parquet (as it is stored), .csv, .csv.gz, .tsv, .ndjson. A broken download goes on where it stopped.',
    options: { to: { type: 'string', value: 'FILE', help: 'where it is written', required: true } },
    run: get,
  },
]

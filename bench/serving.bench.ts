import { fork } from 'node:child_process'
import { Agent, createServer, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { freePort, spawnServe } from '#jobs/serving/testing.ts'
import { testKernel } from '#server/kernel/testing.ts'
import { registerVersion } from '#server/registry/index.ts'
import { promoteVersion } from '#server/serving/index.ts'
import { bikeRow, callerOf, insertDoneRun, insertToken, trainBundle } from '#server/serving/testing.ts'

export interface BenchRow {
  name: string
  /** Milliseconds of one request after the other on one connection. */
  p50: number
  p99: number
  /** Requests per second of 16 connections. */
  perSecond: number
  unit: 'ms'
  note?: string
}

const WARM_UP = 6000
const ONE_BY_ONE = 6000
const CONNECTIONS = 16
const LOAD_MS = 3000

const BARE = process.argv.includes('--bare')

/** The least that Node can do: parse the same body, answer a body of the same size. In a process of its own, as serve is. */
function startBare(): void {
  const answer = JSON.stringify({
    predictions: [101.5],
    ids: ['019ab8a1-0000-7000-8000-000000000000'],
    model: 'demand',
    version: 1,
    requestId: '019ab8a1-0000-7000-8000-000000000000',
  })
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', chunk => chunks.push(chunk))
    incoming.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString('utf8'))
      outgoing.setHeader('content-type', 'application/json; charset=utf-8')
      outgoing.end(answer)
    })
  }).listen(Number(process.env.BARE_PORT), '127.0.0.1', () => process.send?.({ ready: true }))
  process.on('disconnect', () => {
    server.close()
    process.exit(0)
  })
}

function createClient(port: number, path: string, token: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const send = (body: string) =>
    new Promise<void>((resolve, reject) => {
      const outgoing = request(
        {
          agent,
          port,
          host: '127.0.0.1',
          path,
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          },
        },
        incoming => {
          incoming.resume()
          incoming.on('end', () =>
            incoming.statusCode === 200 ? resolve() : reject(new Error(`status ${incoming.statusCode}`)),
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  return { send, close: () => agent.destroy() }
}

async function measure(name: string, port: number, path: string, token: string, note?: string): Promise<BenchRow> {
  const bodies = Array.from({ length: 64 }, (_, i) => JSON.stringify({ rows: [bikeRow(i)] }))
  const one = createClient(port, path, token, 1)
  const took: number[] = []
  for (let i = 0; i < WARM_UP + ONE_BY_ONE; i++) {
    const begun = performance.now()
    await one.send(bodies[i % 64]!)
    if (i >= WARM_UP) took.push(performance.now() - begun)
  }
  one.close()
  const many = createClient(port, path, token, CONNECTIONS)
  let answered = 0
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() - begun < LOAD_MS) {
        await many.send(bodies[answered % 64]!)
        answered++
      }
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  many.close()
  took.sort((a, b) => a - b)
  const at = (share: number) => Math.round(took[Math.floor(took.length * share)]! * 1000) / 1000
  return { name, p50: at(0.5), p99: at(0.99), perSecond: Math.round(answered / seconds), unit: 'ms', note }
}

/** `serving/predict-one-row` beside a bare node:http server that parses and answers the same JSON, in the same run. */
export async function rows(): Promise<BenchRow[]> {
  const kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  const port = await freePort()
  const barePort = await freePort()
  const scope = await kernel.project()
  const token = await insertToken(kernel, scope, 'viewer')
  const serve = await spawnServe({ DATABASE_URL: kernel.url, FLEXIML_HOME: kernel.home }, port)
  const bare = fork(fileURLToPath(import.meta.url), ['--bare'], {
    env: { ...process.env, BARE_PORT: String(barePort) },
    execArgv: [],
  })
  try {
    await new Promise<void>(resolve => bare.once('message', () => resolve()))
    const run = await insertDoneRun(kernel, scope, await trainBundle(100))
    await registerVersion(kernel, callerOf(scope), { run, name: 'demand' })
    await promoteVersion(kernel, callerOf(scope), { model: 'demand', endpoint: 'demand' })
    return [
      await measure(
        'serving/predict-one-row',
        port,
        `/${scope.slug}/endpoints/demand/predict`,
        token,
        'validated, predicted, logged',
      ),
      await measure('serving/bare-node-http', barePort, '/', token, 'parses and answers the same JSON'),
    ]
  } finally {
    await serve.end('SIGTERM')
    bare.disconnect()
    await kernel.close()
  }
}

if (BARE) startBare()
else if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await rows())

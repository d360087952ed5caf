import { fork } from 'node:child_process'
import { Agent, createServer, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { freePort, spawnServe } from '#serve/testing.ts'
import { testKernel } from '#server/platform/testing.ts'
import { registerVersion } from '#server/registry/index.ts'
import { promoteVersion } from '#server/serving/index.ts'
import { bikeRow, callerOf, insertDoneRun, insertToken, trainBundle } from '#server/serving/testing.ts'
import type { BenchRow } from './harness.ts'

const ROUNDS = 5
const ONE_BY_ONE = 2000
const CONNECTIONS = 16
const LOAD_MS = 1500

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

interface Side {
  p50: number[]
  p99: number[]
  perSecond: number[]
}

const bodies = Array.from({ length: 64 }, (_, i) => JSON.stringify({ rows: [bikeRow(i)] }))

/** One request after the other on one connection, then as many as 16 connections can. */
async function round(port: number, path: string, token: string, into: Side | undefined): Promise<void> {
  const one = createClient(port, path, token, 1)
  const took: number[] = []
  for (let i = 0; i < ONE_BY_ONE; i++) {
    const begun = performance.now()
    await one.send(bodies[i % 64]!)
    took.push(performance.now() - begun)
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
  into?.p50.push(took[Math.floor(took.length * 0.5)]!)
  into?.p99.push(took[Math.floor(took.length * 0.99)]!)
  into?.perSecond.push(answered / seconds)
}

/** A real serve process, validating, predicting and logging, in turns with a bare node:http server that handles the same JSON. */
async function compare(): Promise<{ ours: Side; bare: Side }> {
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
    const path = `/${scope.slug}/endpoints/demand/predict`
    const sides = { ours: { p50: [], p99: [], perSecond: [] }, bare: { p50: [], p99: [], perSecond: [] } }
    for (let k = 0; k <= ROUNDS; k++) {
      // The first round only warms the compiler.
      await round(port, path, token, k > 0 ? sides.ours : undefined)
      await round(barePort, '/', token, k > 0 ? sides.bare : undefined)
    }
    return sides
  } finally {
    await serve.end('SIGTERM')
    bare.disconnect()
    await kernel.close()
  }
}

let sides: ReturnType<typeof compare> | undefined
const row = (
  what: keyof Side,
  unit: BenchRow['unit'],
  better: BenchRow['better'],
  goal?: BenchRow['goal'],
): BenchRow => ({
  row: `serving/one-row-${what === 'perSecond' ? 'throughput' : what}`,
  unit,
  better,
  goal,
  async measure() {
    sides ??= compare()
    const { ours, bare } = await sides
    return {
      ours: { samples: ours[what], answer: 'token checked, row validated, predicted, logged' },
      peers: { 'bare node:http': { samples: bare[what], answer: 'parses and answers the same JSON' } },
    }
  },
})

export const rows: BenchRow[] = [
  row('p50', 'ms', 'less'),
  row('p99', 'ms', 'less'),
  row('perSecond', 'req/s', 'more', { ratio: 2 }),
]

if (BARE) startBare()

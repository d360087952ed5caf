import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Measured } from '../harness.ts'

const REQUIREMENTS = 'bench/peers/requirements.txt'
const TWO_THREADS = { OMP_NUM_THREADS: '2', OPENBLAS_NUM_THREADS: '2', MKL_NUM_THREADS: '2' }

let python: Promise<string | undefined> | undefined

/** A virtual environment with the peers, made once under the home; undefined, with a line that says why, where there is no Python. */
async function preparePython(): Promise<string | undefined> {
  const folder = join(process.env.FLEXIML_HOME ?? '.fleximl', 'bench-python')
  const binary = join(folder, 'bin/python')
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
  const stamp = join(folder, 'requirements')
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return binary
  await mkdir(folder, { recursive: true })
  for (const [program, args] of [
    ['python3', ['-m', 'venv', folder]],
    [binary, ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS]],
  ] as const) {
    const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
    if (status !== 0) {
      console.log(`Peers in Python are left out: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
      return undefined
    }
  }
  await writeFile(stamp, wanted)
  return binary
}

/** Starts a peer's script on two threads. Undefined without `--peers` and without Python. */
async function spawnPeer(script: string) {
  if (process.env.FLEXIML_BENCH_PEERS !== 'on') return undefined
  python ??= preparePython()
  const binary = await python
  if (!binary) return undefined
  return spawn(binary, [`bench/peers/${script}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...TWO_THREADS },
  })
}

/** Runs a peer's script with `job` as JSON on its standard input. Undefined without `--peers` and without Python. */
export async function runPeer(script: string, job: unknown): Promise<Measured | undefined> {
  const child = await spawnPeer(script)
  if (!child) return undefined
  child.stdin.end(JSON.stringify(job))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => (output += text))
  const status = await new Promise<number | null>(resolve => child.once('close', resolve))
  if (status !== 0) throw new Error(`${script} ended with status ${status}`)
  return JSON.parse(output) as Measured
}

export type PeerRound = { value: number; answer: string; version: string; peak: number }
export type Peer = { round(what: string): Promise<PeerRound>; stop(): void }

/** A peer that stays: `job` is its first line, each round another, so that its rounds and ours can alternate. Undefined as for `runPeer`. */
export async function startPeer(script: string, job: unknown): Promise<Peer | undefined> {
  const child = await spawnPeer(script)
  if (!child) return undefined
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.stdin.write(`${JSON.stringify(job)}\n`)
  return {
    async round(what) {
      child.stdin.write(`${JSON.stringify({ what })}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${script} ended`)
      return JSON.parse(value) as PeerRound
    },
    stop: () => void child.stdin.end(),
  }
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#db/embedded.ts'
import type { BenchRow } from './harness.ts'

const SECOND_STARTS = 3
const SETTLE_MS = 15_000

interface Started {
  child: ChildProcess
  readyAfterMs: number
  stop(): Promise<void>
}

/** `npm start` as a newcomer types it; resolves when it says that it is ready. */
async function npmStart(folder: string): Promise<Started> {
  const begun = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: {
      ...process.env,
      PORT: String(await freePort()),
      INFERENCE_PORT: String(await freePort()),
      FLEXIML_SAMPLE: 'off',
      FLEXIML_HOME: join(folder, '.fleximl'),
      DATABASE_URL: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that it can be stopped as Ctrl-C does it.
    detached: true,
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let output = ''
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.includes('FlexiML ready')) resolve()
      })
    void ended.then(() => reject(new Error(`npm start ended:\n${output.slice(-2000)}`)))
  })
  await ready
  return {
    child,
    readyAfterMs: performance.now() - begun,
    async stop() {
      process.kill(-child.pid!, 'SIGINT')
      await ended
    },
  }
}

/** Proportional resident memory of a process and all below it, in MB: pages that PostgreSQL's processes share count once. Linux only. */
async function memoryOfTree(root: number): Promise<number> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const below = (pid: number): boolean => pid === root || (parents.has(pid) && pid > 1 && below(parents.get(pid)!))
  let kilobytes = 0
  for (const pid of parents.keys())
    if (below(pid)) {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0)
    }
  return kilobytes / 1024
}

interface Life {
  cleanCloneS: number
  secondS: number[]
  idleMb: number
}

async function live(): Promise<Life> {
  const folder = await mkdtemp(join(tmpdir(), 'fleximl-clone-'))
  try {
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', process.cwd(), folder])
    const first = await npmStart(folder)
    await new Promise(resolve => setTimeout(resolve, SETTLE_MS))
    const idleMb = process.platform === 'linux' ? await memoryOfTree(first.child.pid!) : Number.NaN
    await first.stop()
    const secondS: number[] = []
    for (let i = 0; i < SECOND_STARTS; i++) {
      const again = await npmStart(folder)
      secondS.push(again.readyAfterMs / 1000)
      await again.stop()
    }
    return { cleanCloneS: first.readyAfterMs / 1000, secondS, idleMb }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

let life: ReturnType<typeof live> | undefined
const row = (
  name: string,
  unit: BenchRow['unit'],
  value: number,
  answer: string,
  pick: (life: Life) => number[],
): BenchRow => ({
  row: `start/${name}`,
  unit,
  better: 'less',
  goal: { value },
  async measure() {
    life ??= live()
    return { ours: { samples: pick(await life), answer } }
  },
})

export const rows: BenchRow[] = [
  row('clean-clone', 's', 180, 'git clone to ready: install, build, database, three processes', l => [l.cleanCloneS]),
  row('second', 's', 5, 'stopped and started again', l => l.secondS),
  row('idle-memory', 'MB', 700, 'proportional resident memory of all processes, PostgreSQL included', l => [l.idleMb]),
]

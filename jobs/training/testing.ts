import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { eq, sql } from 'drizzle-orm'
import { attempts } from '#db/schema/platform.ts'
import { metricSeries, runs } from '#db/schema/training.ts'
import type { Parameters } from '#ml/index.ts'
import type { Caller } from '#server/access/caller.ts'
import type { TestKernel } from '#server/platform/testing.ts'
import { launchInput } from '#server/training/contract.ts'
import { launchExperiment, showRun } from '#server/training/index.ts'

/** Waits for what the system says, not for a time; gives up after two minutes. */
export async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (let i = 0; i < 4800; i++) {
    const seen = await look()
    if (seen) return seen
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`never came: ${what}`)
}

/** The first hours of the sample. */
export const bikes = async (rows: number): Promise<string> =>
  (await readFile('bin/sample-data/bike-sharing-hourly.csv', 'utf8'))
    .split('\n')
    .slice(0, rows + 1)
    .join('\n')

const SMALL = { hidden: [16], learningRate: 0.003, batchSize: 256, patience: 0, dropout: 0, weightDecay: 0 }
/** Runs for minutes, and tells of each epoch. */
export const ENDLESS: Parameters = { ...SMALL, schedule: 'constant', epochs: 10_000 }
/** A second or so. */
export const BRIEF: Parameters = { ...SMALL, schedule: 'constant', epochs: 5 }

/** One network on `bikes`, with these parameters; no worker may run yet, or it might begin with others. */
export async function queueRun(
  kernel: TestKernel,
  caller: Caller,
  params: Parameters,
  minutes?: number,
): Promise<string> {
  const input = {
    data: 'bikes',
    target: 'cnt',
    trainers: ['mlp'],
    trials: 1,
    ignore: ['casual', 'registered'],
    minutes,
  }
  const { items } = await launchExperiment(kernel, caller, launchInput.parse(input))
  const { id } = items.at(-1)!
  await setParams(kernel, id, params)
  return id
}

export const setParams = (kernel: TestKernel, runId: string, params: Parameters) =>
  kernel.db.update(runs).set({ params }).where(eq(runs.id, runId))

export const attemptsOf = async (kernel: TestKernel, caller: Caller, runId: string) => {
  const { jobId } = await showRun(kernel, caller, runId)
  return kernel.db.select().from(attempts).where(eq(attempts.jobId, jobId!)).orderBy(attempts.number)
}

/** Points in the database of a run. */
export async function pointsOf(kernel: TestKernel, runId: string): Promise<number> {
  const [row] = await kernel.db
    .select({ n: sql<number>`coalesce(sum(${metricSeries.count}), 0)::int` })
    .from(metricSeries)
    .where(eq(metricSeries.runId, runId))
  return row!.n
}

/** The process that trains the newest attempt of a run, once a metric of it has been stored. */
export const trainingPid = (kernel: TestKernel, caller: Caller, runId: string, attempt = 1): Promise<number> =>
  until(async () => {
    const newest = (await attemptsOf(kernel, caller, runId)).at(-1)
    if (newest?.number !== attempt || newest.state !== 'running' || !newest.childPid) return undefined
    return (await pointsOf(kernel, runId)) > 0 ? newest.childPid : undefined
  }, 'a training process with a metric in the database')

export const ended = (kernel: TestKernel, caller: Caller, runId: string) =>
  until(async () => {
    const run = await showRun(kernel, caller, runId)
    return run.status !== 'queued' && run.status !== 'running' ? run : undefined
  }, 'the end of the run')

/** False for one that is gone, and for one that has ended and that nobody has waited for. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return !/^State:\s+[ZX]/m.test(status)
}

/** A real worker, as the supervisor starts it; resolves when it says that it is ready. */
export async function spawnWorker(kernel: TestKernel, variables: Record<string, string> = {}): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('../worker.ts', import.meta.url)), [], {
    env: {
      ...process.env,
      TZ: 'UTC',
      LOG_LEVEL: 'fatal',
      DATABASE_URL: kernel.url,
      FLEXIML_HOME: kernel.home,
      WORKER_CONCURRENCY: '1',
      ...variables,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('exit', () => reject(new Error('the worker ended before it was ready')))
  })
  return child
}

export const hasEnded = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise(resolve => child.once('exit', () => resolve()))

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { EngineError } from '#ml/index.ts'
import { killGroup } from '#server/platform/tasks/kill-group.ts'

/** Variables of the machine that a command receives. */
const ALLOWED_VARIABLES = ['PATH', 'LANG', 'LC_ALL']
const MAX_LINE = 2000
const KEPT_LINES = 4
const OUTPUT_GRACE_MS = 1000

export interface CommandRun {
  /** A line for the shell. */
  command: string
  folder: string
  variables: Record<string, string>
  /** Account of the command, if the worker is root. */
  uid?: number
  minutes: number
  onLine(text: string): void
  /** Reports the process group, which ends with the run even if this process is killed. */
  began(pid: number): void
  signal: AbortSignal
}

/**
 * Runs a command in its own process group and environment, and ends the group with it.
 * @throws EngineError `command` when it fails or takes too long; the signal's reason.
 */
export async function runProcess(run: CommandRun): Promise<void> {
  const { folder, signal, minutes } = run
  const known = Object.fromEntries(ALLOWED_VARIABLES.flatMap(k => (process.env[k] ? [[k, process.env[k]]] : [])))
  const child = spawn('/bin/sh', ['-c', run.command], {
    cwd: folder,
    env: { NODE_ENV: 'production', TZ: 'UTC', ...known, HOME: folder, TMPDIR: folder, ...run.variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(run.uid === undefined ? {} : { uid: run.uid, gid: run.uid }),
  })
  const last: string[] = []
  for (const stream of [child.stdout, child.stderr] as Readable[])
    createInterface({ input: stream }).on('line', line => {
      const text = line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line
      last.push(text)
      if (last.length > KEPT_LINES) last.shift()
      run.onLine(text)
    })
  const { pid } = child
  if (pid) run.began(pid)
  const kill = () => pid && killGroup(pid)
  let late = false
  const timer = setTimeout(() => {
    late = true
    kill()
  }, minutes * 60_000)
  signal.addEventListener('abort', kill, { once: true })
  process.once('exit', kill)
  try {
    const { code, by } = await new Promise<{ code: number | null; by: string | null }>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, by) => resolve({ code, by }))
    })
    // Processes that it left running keep its output open, and may have left the group.
    kill()
    if (run.uid !== undefined) endUser(run.uid)
    await drainOutput(child)
    signal.throwIfAborted()
    if (late) throw failure(`took longer than its ${minutes} minutes and was ended`, last)
    if (code !== 0) throw failure(by ? `was ended by ${by}` : `ended with status ${code}`, last)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof EngineError) throw error
    throw failure(`could not be started (${(error as Error).message})`, last)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
    process.removeListener('exit', kill)
    kill()
  }
}

/** Reads the rest of the output, unless another process keeps it open. */
async function drainOutput(child: ChildProcess): Promise<void> {
  const closed = new Promise(resolve => child.once('close', resolve))
  await Promise.race([closed, new Promise(resolve => setTimeout(resolve, OUTPUT_GRACE_MS).unref())])
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** Ends processes that have left the group: only this run uses this account. */
function endUser(uid: number): void {
  spawnSync('/bin/sh', ['-c', 'kill -9 -1'], {
    uid,
    gid: uid,
    stdio: 'ignore',
    timeout: 5000,
    env: { NODE_ENV: 'production' },
  })
}

function failure(how: string, last: readonly string[]): EngineError {
  const output = last.length > 0 ? ` Its last output: ${last.join(' / ').slice(0, 600)}` : ''
  return new EngineError('command', `The command ${how}.${output}`, 'The log of the run has its whole output.')
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { EngineError } from '#ml/index.ts'
import { killGroup } from '#server/platform/tasks/kill-group.ts'

/** All that a command may know of the machine it runs on; the rest of its environment is about its work. */
const ALLOWED_VARIABLES = ['PATH', 'LANG', 'LC_ALL']
const LONGEST_LINE = 2000
const KEPT_LINES = 4
const LAST_WORDS_MS = 1000

export interface CommandRun {
  /** A line for the shell. */
  command: string
  folder: string
  variables: Record<string, string>
  /** Where the worker is root: whose rights the command has instead. */
  uid?: number
  minutes: number
  said(text: string): void
  /** Its process group, which ends with the run whatever becomes of this process. */
  began(pid: number): void
  signal: AbortSignal
}

/**
 * Runs a command until it ends, with an environment of its own and everything it starts in one group, which is ended with it.
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
      const text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line
      last.push(text)
      if (last.length > KEPT_LINES) last.shift()
      run.said(text)
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
    // What it left running would keep its output open, and may have left the group.
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

/** The rest of its output, unless something else keeps that open. */
async function drainOutput(child: ChildProcess): Promise<void> {
  const closed = new Promise(resolve => child.once('close', resolve))
  await Promise.race([closed, new Promise(resolve => setTimeout(resolve, LAST_WORDS_MS).unref())])
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** Ends what has left the group: nobody else has this user. */
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
  const said = last.length > 0 ? ` It said last: ${last.join(' / ').slice(0, 600)}` : ''
  return new EngineError('command', `The command ${how}.${said}`, 'Its whole output is in the log of the run.')
}

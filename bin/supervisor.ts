import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EmbeddedDatabase } from '#db/embedded.ts'
import { RotatingLog } from './rotating-log.ts'

const FIRST_BACK_OFF_MS = 250
const MAX_BACK_OFF_MS = 15_000
/** A process that ran this long was healthy: its next failure restarts the backoff. */
const HEALTHY_MS = 30_000
const STOP_GRACE_MS = 10_000
/** V8 sizes its young generation by the memory of the machine: 100 MB of garbage per process on a large one. */
const YOUNG_GENERATION_MB = 8

interface Kept {
  name: string
  child?: ChildProcess
}

/** Starts processes, restarts those that end, and stops them all. None outlives it, even after `kill -9` (`leave-with-parent.ts`). */
export class Supervisor {
  readonly #logs: string
  readonly #log: (line: string) => void
  readonly #files = new Map<string, RotatingLog>()
  readonly #maxLogBytes: number
  readonly #kept: Kept[] = []
  #database?: EmbeddedDatabase
  #stopping = false

  constructor(logFolder: string, log: (line: string) => void, maxLogBytes: number) {
    this.#logs = logFolder
    this.#log = log
    this.#maxLogBytes = maxLogBytes
    mkdirSync(logFolder, { recursive: true, mode: 0o700 })
  }

  /** Appends to `<home>/logs/<name>.log`; a full one and the one of the last start become `<name>.log.1`. */
  write(name: string, text: string): void {
    let file = this.#files.get(name)
    if (!file) {
      file = new RotatingLog(join(this.#logs, `${name}.log`), this.#maxLogBytes)
      this.#files.set(name, file)
    }
    file.write(text)
  }

  /** Keeps PostgreSQL running on its first port, so that other processes can reconnect. */
  async keepDatabase(start: (port?: number) => Promise<EmbeddedDatabase>): Promise<EmbeddedDatabase> {
    const first = await start()
    const watch = (database: EmbeddedDatabase) => {
      this.#database = database
      void database.ended.then(async () => {
        for (let wait = FIRST_BACK_OFF_MS; !this.#stopping; wait = Math.min(wait * 2, MAX_BACK_OFF_MS)) {
          this.#log('PostgreSQL ended; restarting it.')
          try {
            const again = await start(first.port)
            if (this.#stopping) return again.stop()
            return watch(again)
          } catch (error) {
            this.#log(`PostgreSQL did not start: ${(error as Error).message}`)
            await new Promise(resolve => setTimeout(resolve, wait))
          }
        }
      })
    }
    watch(first)
    return first
  }

  #fork(kept: Kept, flags: string[], entry: string, env: NodeJS.ProcessEnv): ChildProcess {
    const child = fork(entry, [], {
      env,
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-semi-space-size=${YOUNG_GENERATION_MB}`, ...flags],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    kept.child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.write(kept.name, text))
    return child
  }

  /** Starts an entry and restarts it when it ends. Resolves when it first reports ready. */
  keep(name: string, flags: string[], entry: string, env: NodeJS.ProcessEnv): Promise<void> {
    const kept: Kept = { name }
    this.#kept.push(kept)
    return new Promise((resolve, reject) => {
      let failures = 0
      let ready = false
      const launch = () => {
        const started = performance.now()
        const child = this.#fork(kept, flags, entry, env)
        child.on('message', message => {
          if ((message as { ready?: boolean }).ready) {
            ready = true
            resolve()
          }
        })
        child.once('exit', (code, signal) => {
          kept.child = undefined
          if (this.#stopping) return
          failures = performance.now() - started > HEALTHY_MS ? 1 : failures + 1
          if (!ready && failures >= 5)
            return reject(new Error(`${name} does not start; see ${join(this.#logs, `${name}.log`)}.`))
          const wait = Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), MAX_BACK_OFF_MS)
          this.#log(`${name} ended (${signal ?? `status ${code}`}); restarting it in ${wait / 1000} s.`)
          setTimeout(() => this.#stopping || launch(), wait)
        })
      }
      launch()
    })
  }

  /** Starts an entry that is not restarted. */
  runOnce(name: string, entry: string, env: NodeJS.ProcessEnv): void {
    const kept: Kept = { name }
    this.#kept.push(kept)
    this.#fork(kept, [], entry, env).once('exit', code => {
      kept.child = undefined
      if (code && !this.#stopping)
        this.#log(`${name} failed; see ${join(this.#logs, `${name}.log`)}. The next start resumes it.`)
    })
  }

  /** Sends SIGTERM to all, SIGKILL to the groups of those still running after 10 s; stops the database last. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(
      this.#kept.map(async ({ child }) => {
        if (!child || child.exitCode !== null) return
        const gone = new Promise(resolve => child.once('exit', resolve))
        child.kill('SIGTERM')
        const timer = setTimeout(() => {
          try {
            process.kill(-child.pid!, 'SIGKILL')
          } catch {
            child.kill('SIGKILL')
          }
        }, STOP_GRACE_MS)
        await gone
        clearTimeout(timer)
      }),
    )
    await this.#database?.stop()
    for (const file of this.#files.values()) file.end()
    this.#files.clear()
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, renameSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import type { EmbeddedDatabase } from '#db/embedded.ts'

const FIRST_BACK_OFF_MS = 250
const LONGEST_BACK_OFF_MS = 15_000
/** A process that lived this long was healthy: its next failure starts the back-off anew. */
const HEALTHY_MS = 30_000
const STOP_GRACE_MS = 10_000
/** V8 sizes its young generation by the machine: on a large one each process kept 100 MB of garbage after its start. */
const YOUNG_GENERATION_MB = 8

interface Kept {
  name: string
  child?: ChildProcess
}

/** Starts processes, restarts those that end, and ends them all: none outlives it, not even after `kill -9` (`leave-with-parent.ts`). */
export class Supervisor {
  readonly #logs: string
  readonly #say: (line: string) => void
  readonly #streams = new Map<string, WriteStream>()
  readonly #kept: Kept[] = []
  #database?: EmbeddedDatabase
  #stopping = false

  constructor(logFolder: string, say: (line: string) => void) {
    this.#logs = logFolder
    this.#say = say
    mkdirSync(logFolder, { recursive: true, mode: 0o700 })
  }

  /** Appends to `<home>/logs/<name>.log`; the log of the time before is kept beside it. */
  write(name: string, text: string): void {
    let stream = this.#streams.get(name)
    if (!stream) {
      const path = join(this.#logs, `${name}.log`)
      if (existsSync(path)) renameSync(path, `${path}.1`)
      stream = createWriteStream(path, { flags: 'a' })
      this.#streams.set(name, stream)
    }
    stream.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** Keeps PostgreSQL running on the port it first got, so that the others find it again. */
  async keepDatabase(start: (port?: number) => Promise<EmbeddedDatabase>): Promise<EmbeddedDatabase> {
    const first = await start()
    const watch = (database: EmbeddedDatabase) => {
      this.#database = database
      void database.ended.then(async () => {
        for (let wait = FIRST_BACK_OFF_MS; !this.#stopping; wait = Math.min(wait * 2, LONGEST_BACK_OFF_MS)) {
          this.#say('PostgreSQL ended; starting it again.')
          try {
            const again = await start(first.port)
            if (this.#stopping) return again.stop()
            return watch(again)
          } catch (error) {
            this.#say(`PostgreSQL did not start: ${(error as Error).message}`)
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

  /** Starts an entry and keeps it. Resolves when it first says that it is ready. */
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
          const wait = Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS)
          this.#say(`${name} ended (${signal ?? `status ${code}`}); starting it again in ${wait / 1000} s.`)
          setTimeout(() => this.#stopping || launch(), wait)
        })
      }
      launch()
    })
  }

  /** A helper that runs to its end and is not restarted. */
  runOnce(name: string, entry: string, env: NodeJS.ProcessEnv): void {
    const kept: Kept = { name }
    this.#kept.push(kept)
    this.#fork(kept, [], entry, env).once('exit', code => {
      kept.child = undefined
      if (code && !this.#stopping)
        this.#say(`${name} failed; see ${join(this.#logs, `${name}.log`)}. The next start goes on with it.`)
    })
  }

  /** TERM to all, KILL to the groups of those that do not follow within 10 s, the database last. */
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
    for (const stream of this.#streams.values()) stream.end()
  }
}

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, isDatabaseAway } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { Logger } from '#server/kernel/log.ts'

const FLUSH_MS = 200
const ROWS_PER_INSERT = 1000
const SEGMENT_BYTES = 8 * 2 ** 20
const RETRY_MS = 1000
/** Disk limit of predictions that wait for the database. */
const MAX_SPOOL_BYTES = 4 * 2 ** 30
/** Predictions are refused below this share of free disk. */
const MIN_FREE = 0.05

interface Segment {
  path: string
  bytes: number
  /** The lines in memory; absent if they must be read from the file. */
  lines?: string[]
}

export interface SpoolOptions {
  folder: string
  log: Logger
  /** Inserts lines into the database; skips existing ones. */
  insert(lines: readonly string[]): Promise<void>
}

/**
 * Spool of the prediction log: a line is written to a file before its request is answered (so that it survives `kill -9`), then inserted
 * in batches, then its file is removed. Files found at the start are replayed.
 */
export class Spool {
  readonly #options: SpoolOptions
  #active?: Segment & { fd: number }
  /** Closed files, oldest first. */
  readonly #closed: Segment[] = []
  #pending: string[] = []
  #waiting: { resolve(): void; reject(error: Error): void }[] = []
  #scheduled = false
  #draining?: Promise<void>
  #failingSince?: number
  #full = false
  #stopped = false
  #timer: NodeJS.Timeout
  #bytes = 0
  /** Accepted rows and inserted rows. */
  accepted = 0
  inserted = 0

  constructor(options: SpoolOptions) {
    this.#options = options
    mkdirSync(options.folder, { recursive: true })
    for (const name of readdirSync(options.folder).sort()) {
      if (!name.endsWith('.ndjson') || name.startsWith('refused')) continue
      const path = join(options.folder, name)
      const bytes = readFileSync(path).length
      this.#closed.push({ path, bytes })
      this.#bytes += bytes
    }
    this.#checkDisk()
    this.#timer = setInterval(() => {
      this.#checkDisk()
      void this.drain()
    }, FLUSH_MS)
  }

  /** Bytes not yet in the database. */
  get waitingBytes(): number {
    return this.#bytes
  }
  get databaseAway(): boolean {
    return this.#failingSince !== undefined
  }

  /** Throws `unavailable` if the spool is full: a prediction that cannot be logged is refused. */
  requireRoom(): void {
    if (this.#stopped) throw new AppError('unavailable', 'This server is stopping.', { retryAfterSeconds: 2 })
    if (!this.#full) return
    throw new AppError('unavailable', 'The disk of the inference server is full: the prediction could not be logged.', {
      hint: 'Free space on the server; predictions continue by themselves.',
      retryAfterSeconds: 10,
    })
  }

  /** Writes lines to the file. All requests of one turn of the event loop share one write. */
  append(lines: readonly string[]): Promise<void> {
    for (const line of lines) this.#pending.push(line)
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => this.#write())
    }
    return written
  }

  #write(): void {
    this.#scheduled = false
    const lines = this.#pending
    const waiting = this.#waiting
    this.#pending = []
    this.#waiting = []
    try {
      const active = this.#open()
      const bytes = Buffer.from(`${lines.join('\n')}\n`)
      for (let at = 0; at < bytes.length; ) at += writeSync(active.fd, bytes, at)
      active.bytes += bytes.length
      this.#bytes += bytes.length
      for (const line of lines) active.lines?.push(line)
      this.accepted += lines.length
      if (active.bytes > SEGMENT_BYTES) this.#rotate()
      else if ((active.lines?.length ?? 0) >= ROWS_PER_INSERT) void this.drain()
      for (const w of waiting) w.resolve()
    } catch (cause) {
      this.#full = true
      // The file may end with a partial line: close it; its complete lines are read when it is inserted.
      if (this.#active) {
        this.#active.lines = undefined
        this.#rotate()
      }
      this.#options.log.error({ err: cause }, 'the prediction log could not be written')
      const error = new AppError('unavailable', 'The prediction could not be logged: the disk of the server is full.', {
        hint: 'Free space on the server; predictions continue by themselves.',
        cause,
        retryAfterSeconds: 10,
      })
      for (const w of waiting) w.reject(error)
    }
  }

  #open() {
    if (!this.#active) {
      const path = join(this.#options.folder, `${newId()}.ndjson`)
      this.#active = { path, bytes: 0, lines: [], fd: openSync(path, 'a') }
    }
    return this.#active
  }

  #rotate(): void {
    if (!this.#active) return
    const { fd, ...segment } = this.#active
    closeSync(fd)
    this.#active = undefined
    // The backlog is long: keep the lines only in the file.
    if (this.#closed.length > 2) segment.lines = undefined
    this.#closed.push(segment)
  }

  /** Inserts all lines accepted before the call. Throws if the database is away. */
  async flush(): Promise<void> {
    if (this.#scheduled) await this.append([]).catch(() => undefined)
    while (this.#draining) await this.#draining
    const run = this.#drain(true)
    this.#keep(run)
    await run
  }

  #keep(run: Promise<void>): Promise<void> {
    this.#draining = run
      .catch(() => undefined)
      .finally(() => {
        this.#draining = undefined
      })
    return this.#draining
  }

  /** Inserts waiting lines; retries failures later. */
  drain(): Promise<void> {
    const now = performance.now()
    if (this.#failingSince !== undefined && now - this.#failingSince < RETRY_MS) return Promise.resolve()
    return this.#draining ?? this.#keep(this.#drain(false))
  }

  async #drain(once: boolean): Promise<void> {
    // While the database is away, lines go to few large files instead of thousands of small ones.
    if (this.#active && (this.#failingSince === undefined || once || this.#closed.length === 0)) this.#rotate()
    for (let segment = this.#closed[0]; segment; segment = this.#closed[0]) {
      try {
        await this.#insert(segment)
        this.#failingSince = undefined
      } catch (error) {
        if (this.#failingSince === undefined)
          this.#options.log.warn({ err: error }, 'predictions wait on disk until the database is back')
        this.#failingSince = performance.now()
        throw error
      }
      if (this.#closed[0] === segment) this.#closed.shift()
      this.#bytes -= segment.bytes
      rmSync(segment.path, { force: true })
    }
  }

  async #insert(segment: Segment): Promise<void> {
    const lines = segment.lines ?? completeLines(segment.path)
    for (let i = 0; i < lines.length; i += ROWS_PER_INSERT) {
      const batch = lines.slice(i, i + ROWS_PER_INSERT)
      try {
        await this.#options.insert(batch)
      } catch (error) {
        if (isDatabaseAway(error) || (await this.#unreachable())) throw error
        await this.#insertOneByOne(batch, error)
      }
      this.inserted += batch.length
    }
  }

  async #unreachable(): Promise<boolean> {
    return this.#options.insert([]).then(
      () => false,
      () => true,
    )
  }

  /** Inserts lines one by one and moves refused ones to a separate file, so that they do not block the others. */
  async #insertOneByOne(batch: readonly string[], cause: unknown): Promise<void> {
    this.#options.log.error({ err: cause }, 'a batch of predictions was refused; trying its rows one by one')
    for (const line of batch)
      await this.#options.insert([line]).catch(error => {
        if (isDatabaseAway(error)) throw error
        const fd = openSync(join(this.#options.folder, 'refused.ndjson.txt'), 'a')
        writeSync(fd, `${line}\n`)
        closeSync(fd)
      })
  }

  #checkDisk(): void {
    try {
      const space = statfsSync(this.#options.folder)
      this.#full = space.bavail / space.blocks < MIN_FREE || this.#bytes > MAX_SPOOL_BYTES
    } catch {
      this.#full = true
    }
  }

  /** Writes pending lines and inserts them if possible; the rest stays in its files. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#scheduled) await this.append([]).catch(() => undefined)
    this.#stopped = true
    await this.#draining
    await this.#drain(true).catch(() => undefined)
    this.#rotate()
  }
}

/** Returns the complete lines of a file; the request of a partial last line was never answered. */
function completeLines(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => {
      if (line === '') return false
      try {
        JSON.parse(line)
        return true
      } catch {
        return false
      }
    })
}

const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi

/** Replaces NUL and lone surrogates by U+FFFD, because `jsonb` refuses them. */
export const storable = (line: string): string =>
  line.includes('\\u') ? line.replace(UNSTORABLE, (_, slashes: string) => `${slashes}\ufffd`) : line

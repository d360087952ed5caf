import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/** A longer line is cut: what strangers send must not fill the log. */
export const MAX_LINE_LENGTH = 16_384

const cutLongLines = (text: string) =>
  text.length <= MAX_LINE_LENGTH
    ? text
    : text
        .split('\n')
        .map(line =>
          line.length > MAX_LINE_LENGTH
            ? `${line.slice(0, MAX_LINE_LENGTH)} … ${line.length - MAX_LINE_LENGTH} more characters`
            : line,
        )
        .join('\n')

/** A log file of limited size: a full one becomes `<path>.1` and replaces the previous `.1`. Opening keeps the log of the last start there. */
export class RotatingLog {
  readonly #path: string
  readonly #maxBytes: number
  #file: number
  #bytes = 0

  constructor(path: string, maxBytes: number) {
    this.#path = path
    this.#maxBytes = maxBytes
    if (existsSync(path)) renameSync(path, `${path}.1`)
    this.#file = this.#open()
  }

  #open(): number {
    const file = openSync(this.#path, 'a', 0o600)
    this.#bytes = fstatSync(file).size
    return file
  }

  /** Appends whole lines. Synchronous, so that nothing waits in memory; a full disk loses the text instead of the process. */
  write(text: string): void {
    const lines = Buffer.from(cutLongLines(text.endsWith('\n') ? text : `${text}\n`))
    try {
      if (this.#bytes > 0 && this.#bytes + lines.length > this.#maxBytes) this.#rotate()
      this.#bytes += writeSync(this.#file, lines)
    } catch {
      // There is no other place to report it.
    }
  }

  #rotate(): void {
    closeSync(this.#file)
    renameSync(this.#path, `${this.#path}.1`)
    this.#file = this.#open()
  }

  end(): void {
    closeSync(this.#file)
  }
}

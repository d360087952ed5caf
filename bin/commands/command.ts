import type { Readable } from 'node:stream'
import type { Client } from './connection.ts'

/** Environment and streams of a command; tests pass their own. */
export interface World {
  env: Record<string, string | undefined>
  stdin: Readable
  out(text: string): void
  err(text: string): void
}

export interface OptionSpec {
  type: 'string' | 'boolean'
  /** Placeholder of the value in the usage line: `COL`. */
  value?: string
  help: string
  required?: boolean
  /** May be repeated; `texts` returns all values. */
  multiple?: boolean
}

export interface Call {
  args: string[]
  /** Returns the text of an option, or undefined if it is absent. */
  text(name: string): string | undefined
  /** Returns all texts of a repeatable option. */
  texts(name: string): string[]
  /** Returns an integer of at least `min`. Throws `usage`. */
  whole(name: string, min?: number): number | undefined
  /** Returns a number. Throws `usage`. */
  number(name: string): number | undefined
  /** Returns the items of `a,b,c`. */
  list(name: string): string[] | undefined
  flag(name: string): boolean
  world: World
  /** Prints a line of progress to standard error. */
  note(line: string): void
  /** Returns a client with the stored token. Throws if there is none. */
  client(): Promise<Client>
}

/** Result of a command: the JSON document, the text and the exit status. */
export interface Outcome {
  document: Record<string, unknown>
  text: string
  /** 1: the command ran and its verdict is bad. */
  status?: 0 | 1
}

export interface Command {
  /** One or two words: `data add`. */
  name: string
  /** Parameters without the options: `FILE`. */
  parameters?: string
  /** Allowed number of parameters. */
  count?: [min: number, max: number]
  summary: string
  /** Additional paragraphs of the help. */
  more?: string
  options?: Record<string, OptionSpec>
  run(call: Call): Promise<Outcome>
}

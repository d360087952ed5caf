import type { Readable } from 'node:stream'
import type { Client } from './connection.ts'

/** What a command sees of the world outside; tests give their own. */
export interface World {
  env: Record<string, string | undefined>
  stdin: Readable
  out(text: string): void
  err(text: string): void
}

export interface OptionSpec {
  type: 'string' | 'boolean'
  /** What stands for the value in the usage line: `COL`. */
  value?: string
  help: string
  required?: boolean
  /** May be given several times; `texts` has all. */
  multiple?: boolean
}

export interface Call {
  args: string[]
  /** The option's text; undefined when it was not given. */
  text(name: string): string | undefined
  /** All texts of an option that may be given several times. */
  texts(name: string): string[]
  /** A whole number of at least `least`. Throws `usage`. */
  whole(name: string, least?: number): number | undefined
  /** A number. Throws `usage`. */
  number(name: string): number | undefined
  /** `a,b,c` */
  list(name: string): string[] | undefined
  flag(name: string): boolean
  world: World
  /** A line for people, on standard error. */
  note(line: string): void
  /** Talks to the server as whoever is signed in. Throws when nobody is. */
  client(): Promise<Client>
}

/** What a command answers: one document for programs, text for people, and how it ended. */
export interface Outcome {
  document: Record<string, unknown>
  text: string
  /** 1: it was done, and the verdict is bad. */
  status?: 0 | 1
}

export interface Command {
  /** One or two words, as `data add`. */
  name: string
  /** After the name, without the options: `FILE`. */
  parameters?: string
  /** How many parameters there must be. */
  count?: [least: number, most: number]
  summary: string
  /** Further paragraphs of its help. */
  more?: string
  options?: Record<string, OptionSpec>
  run(call: Call): Promise<Outcome>
}

import type { z } from 'zod'
import type { LiveTopic, SubjectKind } from './subjects/contract.ts'

type Payload = Record<string, unknown>

/** The definition of an event, without the use case that records it. Payloads hold names and ids, not state: they are read for 14 days. */
export interface EventDefinition<
  N extends string = string,
  K extends SubjectKind = SubjectKind,
  // biome-ignore lint/suspicious/noExplicitAny: a definition of any payload; each is checked against its own schema
  S extends z.ZodType<Payload, any> = z.ZodType<Payload, any>,
> {
  /** `<domain>.<thing>-<past participle>`, as `registry.version-registered`. */
  name: N
  subject: K
  payload: S
  /** Published live under this topic instead of the subject's own. */
  topic?: LiveTopic
}

/**
 * Defines an event: its name, the kind of its subject and the schema of its payload. A payload that code reads back has a version `v`
 * with a default, so that rows from before still parse.
 */
export const defineEvent = <
  const N extends string,
  const K extends SubjectKind,
  // biome-ignore lint/suspicious/noExplicitAny: schemas with defaults take less than they give
  S extends z.ZodType<Payload, any>,
>(
  name: N,
  subject: K,
  payload: S,
  options: { topic?: LiveTopic } = {},
): EventDefinition<N, K, S> => ({ name, subject, payload, ...options })

export type PayloadOf<E> = E extends EventDefinition<string, SubjectKind, infer S> ? z.output<S> : never

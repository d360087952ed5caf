import type { z } from 'zod'

/** Each lane has its own slots, so that short work never waits for trials. */
export const LANES = ['interactive', 'compute', 'maintenance'] as const
export type Lane = (typeof LANES)[number]

/** The definition of a job, without its handler (`jobs/<domain>/<verb-noun>.ts`). */
export interface JobDefinition<P extends Record<string, unknown> = Record<string, unknown>> {
  /** `<domain>.<verb-noun>` */
  name: string
  lane: Lane
  payload: z.ZodType<P>
  /** How often an attempt may be lost or fail for a transient cause before the job fails. */
  attemptsAllowed: number
}

export const defineJob = <P extends Record<string, unknown>>(definition: JobDefinition<P>): JobDefinition<P> =>
  definition

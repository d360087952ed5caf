import type { z } from 'zod'

/** Reserved slots: short work never waits behind trials. */
export const LANES = ['interactive', 'compute', 'maintenance'] as const
export type Lane = (typeof LANES)[number]

/** What a job is, apart from the handler that does it (`jobs/<domain>/<verb-noun>.ts`). */
export interface JobDefinition<P extends Record<string, unknown> = Record<string, unknown>> {
  /** `<domain>.<verb-noun>` */
  name: string
  lane: Lane
  payload: z.ZodType<P>
  /** How often an attempt may be lost or fail for a passing cause before the job fails for good. */
  attemptsAllowed: number
}

export const defineJob = <P extends Record<string, unknown>>(definition: JobDefinition<P>): JobDefinition<P> =>
  definition

import postgres from 'postgres'

/** The steps of the sample in order. The last finished one is stored. */
export const STEPS = [
  'data',
  'training',
  'registering',
  'promotion',
  'traffic',
  'truth',
  'monitoring',
  'second-version',
  'second-promotion',
  'rollback',
] as const
export type Step = (typeof STEPS)[number]
export const STARTED = 'started'
export const DONE = 'done'

/** Access to `instance.sample_state`: null before the first start, then `started`, the last finished step, and `done`. */
export interface Progress {
  read(): Promise<string | null>
  write(state: string): Promise<void>
  projectExists(slug: string): Promise<boolean>
  /** Revokes the token of the sample loader. */
  revoke(tokenHash: string): Promise<void>
  close(): Promise<void>
}

export function openProgress(databaseUrl: string): Progress {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  return {
    async read() {
      const [row] = await sql`SELECT sample_state FROM instance`
      return (row?.sample_state as string | null | undefined) ?? null
    },
    async write(state) {
      await sql`UPDATE instance SET sample_state = ${state}`
    },
    async projectExists(slug) {
      return (await sql`SELECT 1 FROM projects WHERE slug = ${slug}`).length > 0
    },
    async revoke(tokenHash) {
      await sql`UPDATE api_tokens SET revoked_at = now() WHERE token_hash = ${tokenHash}`
    },
    close: () => sql.end({ timeout: 5 }),
  }
}

/** Returns the steps that remain after a stored state; all for an unknown state. */
export function stepsAfter(state: string | null): readonly Step[] {
  if (state === DONE) return []
  return STEPS.slice((STEPS as readonly (string | null)[]).indexOf(state) + 1)
}

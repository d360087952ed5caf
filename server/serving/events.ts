import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'
import { ROW_POLICIES } from './contract.ts'
import { OUTAGE_CODES } from './models/contract.ts'

/** Parsed by consumers: earlier rows have no `v`. */
const switched = z.object({
  v: z.literal(1).default(1),
  endpoint: z.string(),
  model: z.string(),
  version: z.int(),
  /** The version in force before. */
  previous: z.int().nullable(),
  revision: z.int(),
  /** True for the model's primary endpoint; absent in earlier rows. */
  primary: z.boolean().optional(),
})

export const versionPromoted = defineEvent('serving.version-promoted', 'endpoint', switched)
export const endpointRolledBack = defineEvent('serving.endpoint-rolled-back', 'endpoint', switched)
export const rowPolicyChanged = defineEvent(
  'serving.policy-changed',
  'endpoint',
  z.object({ endpoint: z.string(), policy: z.enum(ROW_POLICIES), previous: z.enum(ROW_POLICIES) }),
)
export const primaryEndpointChanged = defineEvent(
  'serving.primary-endpoint-changed',
  'model',
  z.object({
    model: z.string(),
    endpoint: z.string(),
    /** Name of the previous primary endpoint. */
    previous: z.string().nullable(),
    version: z.int(),
  }),
)

/** A server gives the model no more requests, until a new revision or a person's retry. */
export const modelTakenOut = defineEvent(
  'serving.model-taken-out',
  'endpoint',
  z.object({
    endpoint: z.string(),
    model: z.string(),
    version: z.int(),
    code: z.enum(OUTAGE_CODES),
    facts: z.record(z.string(), z.union([z.string(), z.number()])),
    /** Host and process id of the server. */
    server: z.string(),
  }),
)
export const modelRetried = defineEvent(
  'serving.model-retried',
  'endpoint',
  z.object({ endpoint: z.string(), model: z.string(), version: z.int() }),
)

import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'
import { VERDICTS } from './contract.ts'

const checked = z.object({ endpoint: z.string(), model: z.string(), version: z.int() })

export const verdictChanged = defineEvent(
  'monitoring.verdict-changed',
  'endpoint',
  checked.extend({ from: z.enum(VERDICTS).nullable(), to: z.enum(VERDICTS) }),
  { topic: 'monitor' },
)
export const driftDetected = defineEvent(
  'monitoring.drift-detected',
  'endpoint',
  checked.extend({ columns: z.array(z.string()) }),
  { topic: 'monitor' },
)

import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'

const ended = z.object({ name: z.string(), title: z.string() })

export const jobFailed = defineEvent('orchestration.job-failed', 'job', ended)
export const jobCancelled = defineEvent('orchestration.job-cancelled', 'job', ended)

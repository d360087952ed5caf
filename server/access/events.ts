import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'
import { ARCHIVED_ENDPOINTS, roleSchema } from './contract.ts'

const membership = z.object({ from: roleSchema.optional(), to: roleSchema.optional() })

export const projectCreated = defineEvent('access.project-created', 'project', z.object({ slug: z.string() }))
export const projectUpdated = defineEvent('access.project-updated', 'project', z.object({ name: z.string() }))
export const projectArchived = defineEvent(
  'access.project-archived',
  'project',
  z.object({ endpoints: z.enum(ARCHIVED_ENDPOINTS) }),
)
export const projectRestored = defineEvent('access.project-restored', 'project', z.object({}))
export const memberAdded = defineEvent('access.member-added', 'user', membership)
export const memberChanged = defineEvent('access.member-changed', 'user', membership)
export const memberRemoved = defineEvent('access.member-removed', 'user', membership)
export const memberJoined = defineEvent('access.member-joined', 'user', membership)

import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Role } from './contract.ts'
import { memberAdded, memberChanged, memberJoined, memberRemoved } from './events.ts'

const CHANGES = {
  added: { event: memberAdded, action: 'access.add-member' },
  changed: { event: memberChanged, action: 'access.change-member' },
  removed: { event: memberRemoved, action: 'access.remove-member' },
  joined: { event: memberJoined, action: 'access.join-member' },
}

/** Records a change of a membership: the person, the previous role and the new one. */
export async function recordMember(
  c: Change,
  scope: ProjectScope,
  verb: keyof typeof CHANGES,
  userId: string,
  payload: { from?: Role; to?: Role },
): Promise<void> {
  const { event, action } = CHANGES[verb]
  const subject = { kind: 'user', id: userId } as const
  await c.record({ projectId: scope.projectId, event, subject, payload, audit: { action } })
}

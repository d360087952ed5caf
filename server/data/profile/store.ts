import { and, eq } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { versionProfiles } from '#db/schema/data-profile.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Profile } from '#tables/profile/contract.ts'
import type { StoredProfile, StoredRelations } from './contract.ts'

export type ProfileRow = Omit<typeof versionProfiles.$inferSelect, 'profile' | 'relations'> & {
  profile: StoredProfile
  relations: StoredRelations | null
}

const at = (projectId: string, versionId: string) =>
  and(eq(versionProfiles.projectId, projectId), eq(versionProfiles.versionId, versionId))

export async function findProfile(db: Handle, scope: ProjectScope, versionId: string): Promise<ProfileRow | undefined> {
  const [row] = await db.select().from(versionProfiles).where(at(scope.projectId, versionId))
  return row as ProfileRow | undefined
}

/** Replaces the profile of a version; its relations must be computed again. */
export async function putProfile(tx: Tx, scope: ProjectScope, versionId: string, profile: Profile): Promise<void> {
  const fresh = { profile, relationsState: 'queued', relationsReason: null }
  await tx
    .insert(versionProfiles)
    .values({ projectId: scope.projectId, versionId, ...fresh })
    .onConflictDoUpdate({ target: versionProfiles.versionId, set: fresh })
}

export async function updateProfile(
  tx: Handle,
  projectId: string,
  versionId: string,
  set: Partial<typeof versionProfiles.$inferInsert>,
): Promise<void> {
  await tx.update(versionProfiles).set(set).where(at(projectId, versionId))
}

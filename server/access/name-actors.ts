import type { Handle } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { nameActors } from './store.ts'

const SYSTEM_NAMES: Record<string, string> = {
  anonymous: 'an unknown person',
  'command-line': 'the server’s command line',
  environment: 'the server’s environment',
}

/** Returns the name of a person, or of a token with that word; undefined if it is not known. */
export function nameWithKind(names: ReadonlyMap<string, string>, kind: string, id: string): string | undefined {
  const name = names.get(`${kind}:${id}`)
  return name !== undefined && kind === 'token' ? `token ${name}` : name
}

/** Returns the display name of an actor, from the names that `nameActors` found. */
export const nameOf = (names: ReadonlyMap<string, string>, kind: string, id: string) =>
  kind === 'system'
    ? (SYSTEM_NAMES[id] ?? `FlexiML (${id})`)
    : (nameWithKind(names, kind, id) ??
      `${kind === 'token' ? 'a token of another project' : 'a person outside the project'} (${id.slice(-8)})`)

/** Maps actors stored as `user:…`, `token:…` or `system:…` to display names. Actors outside the project are not named. */
export async function nameActorKeys(
  db: Handle,
  scope: ProjectScope,
  keys: readonly string[],
): Promise<(key: string) => string> {
  const split = (key: string) => {
    const colon = key.indexOf(':')
    return { kind: key.slice(0, colon), id: key.slice(colon + 1) }
  }
  const names = await nameActors(db, scope, keys.map(split))
  return key => nameOf(names, split(key).kind, split(key).id)
}

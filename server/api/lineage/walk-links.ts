import type { Handle } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type Link, linksFrom, linksTo, type Ref } from '#server/platform/links.ts'
import { RELATIONS } from '#server/platform/subjects/contract.ts'

/** Returns true for relations of the data flow; the bytes that something uses are not part of it. */
const isStep = ({ relation }: Link) => RELATIONS[relation]?.step != null
const MAX_STEPS = 24
const MAX_LINKS = 2000

const key = (ref: Ref) => `${ref.kind}:${ref.id}`

/** Returns every link upstream and downstream of `start`, each once. */
export async function walkLinks(
  db: Handle,
  scope: ProjectScope,
  start: Ref,
): Promise<{ links: Link[]; truncated: boolean }> {
  const links = new Map<string, Link>()
  let truncated = false
  for (const [follow, next] of [
    [linksFrom, (l: Link) => l.to],
    [linksTo, (l: Link) => l.from],
  ] as const) {
    const seen = new Set([key(start)])
    let frontier: Ref[] = [start]
    for (let step = 0; frontier.length > 0 && !truncated; step++) {
      const found = (await follow(db, scope, frontier, MAX_LINKS + 1)).filter(isStep)
      frontier = []
      for (const link of found) {
        links.set(`${key(link.from)} ${link.relation} ${key(link.to)}`, link)
        const ref = next(link)
        if (seen.has(key(ref))) continue
        seen.add(key(ref))
        frontier.push(ref)
      }
      truncated = links.size > MAX_LINKS || step === MAX_STEPS
    }
  }
  return { links: [...links.values()].slice(0, MAX_LINKS), truncated }
}

import type { Handle } from '#db/client.ts'
import { nameAccessSubjects } from '#server/access/service.ts'
import { nameDataSubjects } from '#server/data/service.ts'
import { nameEvaluations } from '#server/evaluation/service.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { nameJobs } from '#server/platform/read-jobs.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'
import { nameModels, nameModelVersions } from '#server/registry/service.ts'
import { nameEndpointSubjects } from '#server/serving/service.ts'
import { nameExperiments, nameRuns } from '#server/training/service.ts'

type Namer = (db: Handle, scope: ProjectScope, ids: readonly string[]) => Promise<NamedSubject[]>

const nameRunSubjects: Namer = async (db, scope, ids) =>
  (await nameRuns(db, scope, ids)).map(({ id, number, experiment }) => ({ id, name: `#${number} of ${experiment}` }))

const nameModelVersionSubjects: Namer = async (db, scope, ids) =>
  (await nameModelVersions(db, scope, ids)).map(({ id, model, version }) => ({
    id,
    name: `${model} v${version}`,
    page: model,
  }))

/** Kinds of the subject registry that have names, by the domain that knows them. */
const NAMERS: Record<string, Namer> = {
  ...nameDataSubjects,
  experiment: nameExperiments,
  run: nameRunSubjects,
  evaluation: nameEvaluations,
  model: nameModels,
  'model-version': nameModelVersionSubjects,
  endpoint: nameEndpointSubjects,
  job: nameJobs,
}

/** Whether a subject of this kind without a name is one that was deleted. */
export const isNamed = (kind: string): boolean => ACCESS_KINDS.has(kind) || Object.hasOwn(NAMERS, kind)

const ACCESS_KINDS = new Set(['project', 'user', 'token', 'invitation'])
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

interface SubjectRef {
  subjectKind: string
  subjectId: string
}

const keyOf = (kind: string, id: string) => `${kind}:${id}`

/** Names subjects as they are called now, by `kind:id`; those that are gone have no entry. Outside of projects (null) only those of access. */
async function nameSubjects(
  db: Handle,
  scope: ProjectScope | null,
  refs: readonly SubjectRef[],
): Promise<Map<string, NamedSubject>> {
  const byKind = new Map<string, Set<string>>()
  for (const { subjectKind, subjectId } of refs)
    if (UUID.test(subjectId)) byKind.set(subjectKind, (byKind.get(subjectKind) ?? new Set()).add(subjectId))
  const found = await Promise.all(
    [...byKind].map(async ([kind, ids]): Promise<[string, NamedSubject][]> => {
      const namer = NAMERS[kind]
      const named = ACCESS_KINDS.has(kind)
        ? await nameAccessSubjects(db, scope, kind, [...ids])
        : namer && scope
          ? await namer(db, scope, [...ids])
          : []
      return named.map(subject => [keyOf(kind, subject.id), subject])
    }),
  )
  return new Map(found.flat())
}

/** Adds to entries what their subjects are called. A subject whose id is not a UUID, or whose kind has no names, is named by its id. */
export async function withSubjects<T extends SubjectRef>(
  db: Handle,
  scope: ProjectScope | null,
  entries: readonly T[],
): Promise<(T & { subject: NamedSubject | null })[]> {
  const names = await nameSubjects(db, scope, entries)
  return entries.map(entry => {
    const { subjectKind: kind, subjectId: id } = entry
    const plain = !UUID.test(id) ? { id, name: id, page: id } : isNamed(kind) ? null : { id, name: id.slice(-8) }
    return { ...entry, subject: names.get(keyOf(kind, id)) ?? plain }
  })
}

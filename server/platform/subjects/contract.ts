/** What pages show of a change, by the topic it is published under: parts of the router, which are named as the domains. */
export const LIVE_TOPICS = {
  job: ['orchestration', 'training', 'evaluation'],
  run: ['training'],
  experiment: ['training'],
  dataset: ['data'],
  model: ['registry'],
  endpoint: ['serving', 'registry', 'monitoring'],
  monitor: ['monitoring'],
  evaluation: ['evaluation'],
  member: ['access', 'home'],
} as const satisfies Record<string, readonly string[]>
export type LiveTopic = keyof typeof LIVE_TOPICS

/** A subject as far as it is known where a link to it is drawn: always its id, its name only sometimes. */
export interface SubjectRef {
  id: string
  name?: string
}

export interface Subject {
  domain: 'access' | 'data' | 'training' | 'evaluation' | 'registry' | 'serving' | 'monitoring' | 'orchestration'
  /** What one is called in a sentence. */
  title: string
  /** The table that has a row of each, and its column with the name; absent: it has no row of its own. */
  table?: string
  nameColumn?: string
  /** The page that shows it, below the project's address; absent: it has none. */
  page?: (ref: SubjectRef) => string
  /** What its changes are published under; absent: only events of its domain are. */
  topic?: LiveTopic
  /** How the lineage graph draws it; absent: it is not drawn. */
  lineage?: 'version' | 'run' | 'model' | 'endpoint'
  icon?: 'dataset' | 'run' | 'model' | 'endpoint' | 'source'
  /** The column of `table` with a digest of bytes that must not be purged; `while open`: only in a row that is queued or running. */
  keepsBytes?: { column: string; while?: 'open' }
}

const at = (name: string) => encodeURIComponent(name)
/** The page of one by its name, or the list where its name is not known. */
const named = (folder: string) => (ref: SubjectRef) => (ref.name === undefined ? folder : `${folder}/${at(ref.name)}`)
const runPage = ({ id }: SubjectRef) => `training/runs/${id.replaceAll('-', '')}`
const experimentPage = ({ name }: SubjectRef) => (name === undefined ? 'training' : `training/experiments/${at(name)}`)

/**
 * Every kind of thing that an event, job, link or audit entry can be about: one line per kind. Read by the server and by pages; it holds
 * no code of a domain.
 */
export const SUBJECTS = {
  // biome-ignore-start format: one line per kind
  instance: { domain: 'access', title: 'instance' },
  project: {
    domain: 'access',
    title: 'project',
    table: 'projects',
    nameColumn: 'slug',
    page: () => 'access',
    topic: 'member',
  },
  user: { domain: 'access', title: 'user', table: 'users', nameColumn: 'name', page: () => 'access', topic: 'member' },
  token: {
    domain: 'access',
    title: 'API token',
    table: 'api_tokens',
    nameColumn: 'name',
    page: () => 'access',
    topic: 'member',
  },
  invitation: { domain: 'access', title: 'invitation', table: 'invitations', page: () => 'access', topic: 'member' },
  dataset: {
    domain: 'data',
    title: 'dataset',
    table: 'datasets',
    nameColumn: 'name',
    page: named('data'),
    topic: 'dataset',
    icon: 'dataset',
  },
  'dataset-version': {
    domain: 'data',
    title: 'dataset version',
    table: 'dataset_versions',
    page: named('data'),
    lineage: 'version',
    icon: 'dataset',
  },
  ingestion: {
    domain: 'data',
    title: 'upload',
    table: 'ingestions',
    nameColumn: 'file_name',
    page: () => 'data',
    keepsBytes: { column: 'source_digest', while: 'open' },
  },
  source: {
    domain: 'data',
    title: 'data source',
    table: 'sources',
    nameColumn: 'dataset_name',
    page: named('data'),
    icon: 'source',
  },
  connection: { domain: 'data', title: 'connection', table: 'connections', nameColumn: 'name', page: () => 'data' },
  'source-preview': { domain: 'data', title: 'source preview', table: 'source_previews' },
  address: { domain: 'data', title: 'address' },
  'data-query': { domain: 'data', title: 'query', table: 'data_queries', page: () => 'data' },
  'data-leaks': { domain: 'data', title: 'leak check', table: 'data_leaks', page: () => 'data' },
  'data-diff': { domain: 'data', title: 'comparison of versions', table: 'data_diffs', page: () => 'data' },
  'dataset-validation': { domain: 'data', title: 'data validation', table: 'dataset_validations', page: () => 'data' },
  'recipe-version': { domain: 'data', title: 'recipe version', table: 'recipe_versions' },
  'lfs-object': { domain: 'data', title: 'Git LFS object', table: 'lfs_objects', keepsBytes: { column: 'digest' } },
  'dvc-object': { domain: 'data', title: 'DVC object', table: 'dvc_objects', keepsBytes: { column: 'digest' } },
  blob: { domain: 'data', title: 'stored bytes', table: 'blobs' },
  experiment: {
    domain: 'training',
    title: 'experiment',
    table: 'experiments',
    nameColumn: 'name',
    page: experimentPage,
    topic: 'experiment',
  },
  run: {
    domain: 'training',
    title: 'run',
    table: 'runs',
    nameColumn: 'name',
    page: runPage,
    topic: 'run',
    lineage: 'run',
    icon: 'run',
  },
  evaluation: {
    domain: 'evaluation',
    title: 'evaluation',
    table: 'evaluations',
    page: ({ id }) => `evaluation/${id}`,
    topic: 'evaluation',
  },
  model: {
    domain: 'registry',
    title: 'model',
    table: 'models',
    nameColumn: 'name',
    page: named('registry'),
    topic: 'model',
    icon: 'model',
  },
  'model-version': {
    domain: 'registry',
    title: 'model version',
    table: 'model_versions',
    page: named('registry'),
    lineage: 'model',
    icon: 'model',
  },
  endpoint: {
    domain: 'serving',
    title: 'endpoint',
    table: 'endpoints',
    nameColumn: 'name',
    page: named('serving'),
    topic: 'endpoint',
    lineage: 'endpoint',
    icon: 'endpoint',
  },
  job: {
    domain: 'orchestration',
    title: 'job',
    table: 'jobs',
    nameColumn: 'title',
    page: ({ id }) => `orchestration/jobs/${id}`,
    topic: 'job',
  },
  // biome-ignore-end format: one line per kind
} as const satisfies Record<string, Subject>

export type SubjectKind = keyof typeof SUBJECTS

/** Stored kinds may come from another version of the code: undefined when this one does not know it. */
export const subjectOf = (kind: string): Subject | undefined =>
  Object.hasOwn(SUBJECTS, kind) ? SUBJECTS[kind as SubjectKind] : undefined

/** What the left side of a link does with its right side. `step`: how the lineage graph labels the edge from right to left; null: it is not drawn. */
export const RELATIONS = {
  'made-from': { step: 'became' },
  'trained-on': { step: 'trained' },
  'registered-from': { step: 'registered as' },
  serves: { step: 'serves' },
  'prepared-by': { step: null },
  'read-from': { step: null },
  measures: { step: null },
  'measured-on': { step: null },
  uses: { step: null },
} as const satisfies Record<string, { step: string | null }>
export type Relation = keyof typeof RELATIONS

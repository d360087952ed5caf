/** Live topics, each with the routers (named as the domains) whose pages show a change published under it. */
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

export interface Subject {
  domain: 'access' | 'data' | 'training' | 'evaluation' | 'registry' | 'serving' | 'monitoring' | 'orchestration'
  /** Name in a sentence. */
  title: string
  /** The table with a row of each; absent: no table of its own. */
  table?: string
  /** Its page: the function of the dashboard's path builder and its argument. Absent: shown in the list of its domain. */
  page?: readonly [path: string, by: 'name' | 'id' | 'hex']
  /** Topic of its changes; absent: only the events of its domain are published. */
  topic?: LiveTopic
  /** Node kind in the lineage graph; absent: not drawn. */
  lineage?: 'version' | 'run' | 'model' | 'endpoint'
  icon?: 'dataset' | 'source' | 'run' | 'model' | 'endpoint'
  /** The column of `table` with a digest of bytes that must not be purged; `open`: only while the row is queued or running. */
  keeps?: readonly [column: string, open?: 'open']
}

/**
 * All kinds that an event, a job, a link or an audit entry can refer to, one line per kind. Used by server and pages, so it holds only
 * data.
 */
// biome-ignore format: one line per kind
export const SUBJECTS = {
  instance: { domain: 'access', title: 'instance' },
  project: { domain: 'access', title: 'project', table: 'projects', topic: 'member' },
  user: { domain: 'access', title: 'user', table: 'users', topic: 'member' },
  token: { domain: 'access', title: 'API token', table: 'api_tokens', topic: 'member' },
  invitation: { domain: 'access', title: 'invitation', table: 'invitations', topic: 'member' },
  dataset: { domain: 'data', title: 'dataset', table: 'datasets', page: ['dataset', 'name'], topic: 'dataset', icon: 'dataset' },
  'dataset-version': { domain: 'data', title: 'dataset version', table: 'dataset_versions', page: ['dataset', 'name'], lineage: 'version', icon: 'dataset' },
  ingestion: { domain: 'data', title: 'upload', table: 'ingestions', keeps: ['source_digest', 'open'] },
  source: { domain: 'data', title: 'source', table: 'sources', page: ['dataset', 'name'], icon: 'source' },
  connection: { domain: 'data', title: 'connection', table: 'connections' },
  'source-preview': { domain: 'data', title: 'source preview', table: 'source_previews' },
  address: { domain: 'data', title: 'address' },
  'data-query': { domain: 'data', title: 'query', table: 'data_queries' },
  'data-leaks': { domain: 'data', title: 'leak check', table: 'data_leaks' },
  'data-diff': { domain: 'data', title: 'version comparison', table: 'data_diffs' },
  'dataset-validation': { domain: 'data', title: 'validation', table: 'dataset_validations' },
  'recipe-version': { domain: 'data', title: 'recipe version', table: 'recipe_versions' },
  'lfs-object': { domain: 'data', title: 'Git LFS object', table: 'lfs_objects', keeps: ['digest'] },
  'dvc-object': { domain: 'data', title: 'DVC object', table: 'dvc_objects', keeps: ['digest'] },
  blob: { domain: 'data', title: 'stored bytes', table: 'blobs' },
  experiment: { domain: 'training', title: 'experiment', table: 'experiments', page: ['experiment', 'name'], topic: 'experiment' },
  run: { domain: 'training', title: 'run', table: 'runs', page: ['run', 'hex'], topic: 'run', lineage: 'run', icon: 'run' },
  evaluation: { domain: 'evaluation', title: 'evaluation', table: 'evaluations', page: ['evaluation', 'id'], topic: 'evaluation' },
  model: { domain: 'registry', title: 'model', table: 'models', page: ['model', 'name'], topic: 'model', icon: 'model' },
  'model-version': { domain: 'registry', title: 'model version', table: 'model_versions', page: ['model', 'name'], lineage: 'model', icon: 'model' },
  endpoint: { domain: 'serving', title: 'endpoint', table: 'endpoints', page: ['endpoint', 'name'], topic: 'endpoint', lineage: 'endpoint', icon: 'endpoint' },
  job: { domain: 'orchestration', title: 'job', table: 'jobs', page: ['job', 'id'], topic: 'job' },
} as const satisfies Record<string, Subject>

export type SubjectKind = keyof typeof SUBJECTS

/** The kinds that the lineage graph draws. */
export type LineageKind = {
  [K in SubjectKind]: (typeof SUBJECTS)[K] extends { lineage: string } ? K : never
}[SubjectKind]

/** Returns the subject of a stored kind; undefined if the kind is from another version of the code. */
export const subjectOf = (kind: string): Subject | undefined =>
  Object.hasOwn(SUBJECTS, kind) ? SUBJECTS[kind as SubjectKind] : undefined

/** Relations of the left side of a link to its right side. `step`: label of the lineage edge from right to left; null: not drawn. */
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

/** What a subject is called now. */
export interface NamedSubject {
  id: string
  name: string
  /** The name in the address of its page, when that is a name. */
  page?: string
  /** The version, for a page that shows one. */
  version?: number
}

type Query = Record<string, string | number | null | undefined>

const at = encodeURIComponent

/** Adds the parameters that have a value; commas stay readable. */
function withQuery(path: string, query: Query): string {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    value === null || value === undefined || value === '' ? [] : [`${key}=${at(String(value)).replaceAll('%2C', ',')}`],
  )
  return parts.length > 0 ? `${path}?${parts.join('&')}` : path
}

const inProject = (project: string, path: string) => `/p/${at(project)}/${path}`

export interface NewExperiment {
  data?: string
  target?: string
  name?: string
  trainers?: string[]
  seed?: number
  /** The positive one of two classes. */
  positive?: string
}

/** The address of every page; names are encoded here and nowhere else. */
export const paths = {
  projects: '/projects',
  newProject: '/projects/new',
  account: '/account',
  instanceAudit: '/account/audit',
  signIn: '/sign-in',

  project: (project: string) => `/p/${at(project)}`,
  /** A path below the project's page, its names already encoded. */
  inProject,
  projectSettings: (project: string) => inProject(project, 'settings'),
  section: (project: string, section: string) => inProject(project, section),

  data: (project: string) => inProject(project, 'data'),
  addData: (project: string, query: { from?: string } = {}) => withQuery(inProject(project, 'data/add'), query),
  dataset: (project: string, name: string, query: { v?: number | null; tab?: string; a?: number; b?: number } = {}) =>
    withQuery(inProject(project, `data/${at(name)}`), query),

  training: (project: string) => inProject(project, 'training'),
  newExperiment: (project: string, known: NewExperiment = {}) =>
    withQuery(inProject(project, 'training/new'), { ...known, trainers: known.trainers?.join(',') }),
  experiment: (project: string, experiment: string) => inProject(project, `training/experiments/${at(experiment)}`),
  run: (project: string, run: string) => inProject(project, `training/runs/${at(run)}`),
  compare: (project: string, runs: readonly string[]) =>
    withQuery(inProject(project, 'training/compare'), { runs: runs.join(',') }),

  evaluations: (project: string, query: { run?: string } = {}) => withQuery(inProject(project, 'evaluation'), query),
  evaluation: (project: string, id: string) => inProject(project, `evaluation/${at(id)}`),
  newEvaluation: (project: string, query: { run?: string } = {}) =>
    withQuery(inProject(project, 'evaluation/new'), query),

  registry: (project: string) => inProject(project, 'registry'),
  model: (project: string, model: string) => inProject(project, `registry/${at(model)}`),
  promote: (project: string, model: string, query: { version?: number; endpoint?: string } = {}) =>
    withQuery(inProject(project, `registry/${at(model)}/promote`), query),

  serving: (project: string) => inProject(project, 'serving'),
  endpoint: (project: string, endpoint: string, query: { tab?: string } = {}) =>
    withQuery(inProject(project, `serving/${at(endpoint)}`), query),

  monitoring: (project: string) => inProject(project, 'monitoring'),
  monitor: (project: string, endpoint: string) => inProject(project, `monitoring/${at(endpoint)}`),

  orchestration: (project: string, query: { tab?: string } = {}) =>
    withQuery(inProject(project, 'orchestration'), query),
  job: (project: string, job: string) => inProject(project, `orchestration/jobs/${at(job)}`),

  access: (project: string, query: { tab?: string } = {}) => withQuery(inProject(project, 'access'), query),
}

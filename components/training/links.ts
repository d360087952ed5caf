const at = (project: string) => `/p/${encodeURIComponent(project)}`

export const trainingHref = (project: string) => `${at(project)}/training`
export const experimentHref = (project: string, experiment: string) =>
  `${trainingHref(project)}/experiments/${encodeURIComponent(experiment)}`
export const runHref = (project: string, run: string) => `${trainingHref(project)}/runs/${encodeURIComponent(run)}`
export const compareHref = (project: string, runs: readonly string[]) =>
  `${trainingHref(project)}/compare?runs=${runs.join(',')}`
export const modelHref = (project: string, model: string) => `${at(project)}/registry/${encodeURIComponent(model)}`
/** Evaluation beside Training: what a run is worth, and where it is weak. */
export const evaluateHref = (project: string, run: string) => `${at(project)}/evaluation?run=${encodeURIComponent(run)}`

export function datasetHref(project: string, dataset: string, version: number | null): string {
  return `${at(project)}/data/${encodeURIComponent(dataset)}${version === null ? '' : `?v=${version}`}`
}

/** The form for a new experiment with what is known filled in. */
export function newHref(
  project: string,
  known: { data?: string; target?: string; name?: string; trainers?: string[]; seed?: number } = {},
): string {
  const query = new URLSearchParams()
  if (known.data) query.set('data', known.data)
  if (known.target) query.set('target', known.target)
  if (known.name) query.set('name', known.name)
  if (known.trainers?.length) query.set('trainers', known.trainers.join(','))
  if (known.seed !== undefined) query.set('seed', String(known.seed))
  const words = query.toString()
  return `${trainingHref(project)}/new${words ? `?${words}` : ''}`
}

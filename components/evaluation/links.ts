export const evaluationHref = (project: string, id: string) => `/p/${encodeURIComponent(project)}/evaluation/${id}`

export function newEvaluationHref(project: string, run?: string): string {
  const query = run ? `?run=${encodeURIComponent(run)}` : ''
  return `/p/${encodeURIComponent(project)}/evaluation/new${query}`
}

import { type Subject, subjectOf } from '#server/platform/subjects/contract.ts'
import { paths } from './paths.ts'

/** The pages of single subjects: the path functions that the subject registry names. */
export const SUBJECT_PATHS: Record<string, (project: string, of: string) => string> = {
  dataset: paths.dataset,
  experiment: paths.experiment,
  run: paths.run,
  evaluation: paths.evaluation,
  model: paths.model,
  endpoint: paths.endpoint,
  job: paths.job,
}

const addressOf = ({ page }: Subject, { id, name }: { id?: string; name?: string }) =>
  page?.[1] === 'name' ? name : page?.[1] === 'hex' ? id?.replaceAll('-', '') : id

/** The page of one subject by what is known of it; undefined if it has none or too little is known. */
export function subjectPath(project: string, kind: string, known: { id?: string; name?: string }): string | undefined {
  const subject = subjectOf(kind)
  const address = subject && addressOf(subject, known)
  return subject?.page && address !== undefined ? SUBJECT_PATHS[subject.page[0]]?.(project, address) : undefined
}

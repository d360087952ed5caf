export { cancelJob } from './cancel-job.ts'
export { listJobs, readJobLog, readSchedules, readTimeline, showJob } from './read-jobs.ts'
export { skipEvent } from './skip-event.ts'

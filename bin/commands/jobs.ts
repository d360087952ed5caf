import type { Call, Command, Outcome } from './command.ts'
import { usage } from './failure.ts'
import { showFields, showTable } from './show-table.ts'

const STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'active', 'ended'] as const

async function list({ text, whole, client }: Call): Promise<Outcome> {
  const state = STATES.find(known => known === text('state'))
  if (text('state') !== undefined && !state) throw usage(`--state is ${STATES.join(', ')}.`)
  const limit = whole('limit', 1) ?? 50
  const { items, next } = await (await client()).api.orchestration.list.query({ state, limit, cursor: text('cursor') })
  return {
    document: { items, next },
    text:
      items.length === 0
        ? 'No jobs.'
        : showTable(
            ['ID', 'JOB', 'STATE', 'REQUESTED BY', 'REQUESTED', 'REASON'],
            items.map(j => [j.id, j.title, j.state, j.requestedBy, j.createdAt, j.reason]),
          ),
  }
}

type Job = Awaited<ReturnType<Awaited<ReturnType<Call['client']>>['api']['orchestration']['show']['query']>>

const outcome = (job: Job): Outcome => ({
  document: { ...job },
  text: showFields([
    ['job', job.title],
    ['id', job.id],
    ['state', job.state],
    ['reason', job.reason],
    ['requested by', job.requestedBy],
    ['requested', job.createdAt],
    ['started', job.startedAt],
    ['ended', job.endedAt],
    ['attempts', `${job.attemptsMade} of ${job.attemptsAllowed}`],
  ]),
})

const show = async ({ args, client }: Call) =>
  outcome(await (await client()).api.orchestration.show.query({ job: args[0]! }))
const cancel = async ({ args, client }: Call) =>
  outcome(await (await client()).api.orchestration.cancel.mutate({ job: args[0]! }))
const retry = async ({ args, client }: Call) =>
  outcome(await (await client()).api.orchestration.redrive.mutate({ job: args[0]! }))
const skipEvent = async ({ args, client }: Call): Promise<Outcome> => {
  const { job } = await (await client()).api.orchestration.skipEvent.mutate({ job: args[0]! })
  return { document: { job }, text: `The event of job ${job} is skipped; later events of its subject are delivered.` }
}

const one = { parameters: 'ID', count: [1, 1] as [number, number] }

export const jobCommands: Command[] = [
  {
    name: 'job ls',
    count: [0, 0],
    summary: 'Lists the jobs of the project, newest first.',
    options: {
      state: { type: 'string', value: 'STATE', help: STATES.join(', ') },
      limit: { type: 'string', value: 'N', help: 'jobs, at most 200 (default 50)' },
      cursor: { type: 'string', value: 'C', help: 'the next of the previous page' },
    },
    run: list,
  },
  { name: 'job show', ...one, summary: 'Shows a job, who requested it, and its reason.', run: show },
  { name: 'job cancel', ...one, summary: 'Cancels a queued or running job.', run: cancel },
  { name: 'job retry', ...one, summary: 'Sends a job whose attempts are used up to its queue again.', run: retry },
  {
    name: 'job skip-event',
    ...one,
    summary: 'Skips the event that a failed job holds back, so that later ones are delivered.',
    run: skipEvent,
  },
]

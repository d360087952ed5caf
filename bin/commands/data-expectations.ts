import { readFile } from 'node:fs/promises'
import type { ExpectationInput } from '#server/data/expectations/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { retryWhileUnreachable } from './connection.ts'
import { failed, usage } from './failure.ts'
import { showTable } from './show-table.ts'

const POLL_MS = 300
const pause = () => new Promise(resolve => setTimeout(resolve, POLL_MS))
const isPending = (state: string) => state === 'queued' || state === 'running'

interface Listed {
  id?: string
  type: string
  column: string | null
  parameters: Record<string, unknown>
  severity: string
  reason: string
  enabled: boolean
}

const listed = ({ id, type, column, parameters, severity, reason, enabled }: Listed) => ({
  id: id ?? null,
  type,
  column,
  parameters,
  severity,
  reason,
  enabled,
})

const outcome = (title: string, list: Listed[], more: Record<string, unknown> = {}): Outcome => ({
  document: { expectations: list.map(listed), ...more },
  text:
    list.length === 0
      ? title
      : [
          title,
          '',
          showTable(
            ['TYPE', 'COLUMN', 'PARAMETERS', 'SEVERITY', 'REASON'],
            list.map(e => {
              const text = JSON.stringify(e.parameters)
              const severity = e.enabled ? e.severity : `${e.severity} (off)`
              return [e.type, e.column, text.length > 60 ? `${text.slice(0, 59)}…` : text, severity, e.reason]
            }),
          ),
        ].join('\n'),
})

async function readList(path: string): Promise<ExpectationInput[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw usage(`${path} cannot be read.`)
  })
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw usage(`${path} is not JSON: ${(error as Error).message}`)
  }
  const list = Array.isArray(body) ? body : (body as { expectations?: unknown } | null)?.expectations
  if (!Array.isArray(list))
    throw usage(
      `${path} contains no expectations.`,
      'Expected a list, or {"expectations": […]} as this command prints.',
    )
  // A suggestion that this command printed has no id yet.
  return list.map(e => (e && typeof e === 'object' && e.id === null ? { ...e, id: undefined } : e))
}

async function expect({ args, text, flag, client, note }: Call): Promise<Outcome> {
  const dataset = args[0]!
  const path = text('file')
  if (path !== undefined && flag('suggest')) throw usage('--file and --suggest cannot be combined.')
  if (flag('apply') && !flag('suggest')) throw usage('--apply requires --suggest.')
  const file = path === undefined ? undefined : await readList(path)
  const { api } = await client()
  const show = () => api.data.expectations.show.query({ dataset })
  const name = dataset.split('@')[0]
  if (file) {
    const { suite, created } = await api.data.expectations.save.mutate({ dataset, expectations: file })
    const shown = await show()
    const words = created ? `${name}: expectations saved (suite ${suite}).` : `${name}: nothing changed.`
    return outcome(words, shown.expectations, { suite })
  }
  if (!flag('suggest')) {
    const shown = await show()
    return outcome(
      shown.expectations.length === 0
        ? `${name} has no expectations. Show suggestions from its profile: fleximl data expect ${name} --suggest`
        : `${name}: suite ${shown.suite}.`,
      shown.expectations,
      { suite: shown.suite },
    )
  }
  let found = await api.data.expectations.suggest.query({ dataset })
  for (let noted = false; isPending(found.state); noted = true) {
    if (!noted) note('Computing the profile …')
    await pause()
    found = await retryWhileUnreachable(() => api.data.expectations.suggest.query({ dataset }), note)
  }
  if (found.state === 'failed') throw failed(`The profile failed, so there are no suggestions: ${found.reason ?? ''}`)
  const title = `${found.dataset} v${found.version} suggests ${found.suggestions.length}.`
  if (!flag('apply')) return outcome(title, found.suggestions)
  const before = await show()
  const expectations = [...before.expectations, ...found.suggestions]
  const { suite } = await api.data.expectations.save.mutate({ dataset, expectations, basedOn: before.suite })
  return outcome(`${found.dataset}: ${found.suggestions.length} added (suite ${suite}).`, (await show()).expectations, {
    suite,
  })
}

async function validate({ args, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  const { id } = await api.data.expectations.validate.mutate({ dataset: args[0]! })
  const request = () => retryWhileUnreachable(() => api.data.expectations.validation.query({ id }), note)
  let now = await request()
  for (let noted = false; isPending(now.state); noted = true) {
    if (!noted) note('Checking …')
    await pause()
    now = await request()
  }
  if (now.state === 'failed') throw failed(now.reason ?? 'The version could not be checked.')
  const results = now.results.map(r => ({ ...r, offending: undefined, offendingRows: r.offending }))
  return {
    document: { verdict: now.verdict, sentence: now.sentence, suite: now.suite, override: now.override, results },
    text: [
      `${args[0]}: ${now.verdict}. ${now.sentence}`,
      ...(now.override ? [`Let through: ${now.override.reason}`] : []),
      '',
      showTable(
        ['', 'TYPE', 'COLUMN', 'SEVERITY', 'RESULT'],
        now.results.map(r => [r.passed ? 'ok' : 'FAILS', r.type, r.column, r.severity, r.sentence]),
      ),
    ].join('\n'),
    status: now.verdict === 'fail' ? 1 : 0,
  }
}

export const dataExpectationCommands: Command[] = [
  {
    name: 'data expect',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Shows, suggests or sets what every version of a dataset must keep.',
    more: 'FILE is JSON: a list of expectations as this command prints them with --json, or {"expectations": […]}. It becomes the whole list.',
    options: {
      suggest: { type: 'boolean', help: 'what the profile of the version suggests' },
      apply: { type: 'boolean', help: 'with --suggest: adds the suggestions' },
      file: { type: 'string', value: 'FILE', help: 'makes the expectations those of FILE' },
    },
    run: expect,
  },
  {
    name: 'data validate',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Checks a version against the expectations of its dataset; exit status 1 when it fails.',
    run: validate,
  },
]

import { formatShare } from '#server/kernel/format.ts'
import type { MonitorStatus } from '#server/monitoring/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { type Client, retryWhileUnreachable } from './connection.ts'
import { failed, usage } from './failure.ts'
import { numberText, showTable } from './show-table.ts'

const POLL_MS = 500

const outcome = (status: MonitorStatus): Outcome => ({
  document: { ...status },
  text: [
    `${status.endpoint}: ${status.verdict}. ${status.sentence}`,
    '',
    ...(status.columns.length > 0
      ? [
          showTable(
            ['COLUMN', 'TEST', 'STATISTIC', 'THRESHOLD', 'ROWS', 'MISSING CELLS', 'DRIFTED'],
            status.columns.map(c => [
              c.name,
              c.test,
              numberText(c.statistic),
              numberText(c.threshold),
              c.rows,
              c.missing ? `${formatShare(c.missing.baseline)} → ${formatShare(c.missing.current)}` : null,
              c.drifted
                ? 'yes'
                : !c.judged
                  ? 'not enough data'
                  : c.statistic >= c.threshold
                    ? 'no, may be chance'
                    : 'no',
            ]),
          ),
          '',
        ]
      : []),
    ...(status.performance.length > 0
      ? [
          showTable(
            ['WINDOW', 'METRIC', 'VALUE', 'BASELINE', 'LABELLED ROWS'],
            status.performance.map(p => [p.window, p.metric, numberText(p.value), numberText(p.baseline), p.rows]),
          ),
        ]
      : []),
  ]
    .join('\n')
    .trimEnd(),
})

function grainOf({ text }: Call): 'month' | 'day' {
  const grain = text('grain') ?? 'month'
  if (grain !== 'month' && grain !== 'day') throw usage(`--grain ${grain} is neither month nor day.`)
  return grain
}

async function status(call: Call): Promise<Outcome> {
  const { api } = await call.client()
  return outcome(await api.monitoring.status.query({ endpoint: call.args[0]!, grain: grainOf(call) }))
}

/** Starts a check of everything sent until now and waits for it. Throws if it failed. */
export async function checkNow(
  client: Client,
  endpoint: string,
  note: (line: string) => void,
  grain: 'month' | 'day' = 'month',
): Promise<MonitorStatus> {
  const { api } = client
  for (;;) {
    const { started } = await retryWhileUnreachable(() => api.monitoring.check.mutate({ endpoint }), note)
    note(started ? `Checking ${endpoint} …` : `A check of ${endpoint} is under way; waiting for it first …`)
    let now: MonitorStatus
    do {
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
      now = await retryWhileUnreachable(() => api.monitoring.status.query({ endpoint, grain }), note)
    } while (now.checking)
    // A check that started earlier may lack the newest rows.
    if (!started) continue
    if (now.problem) throw failed(now.problem)
    return now
  }
}

async function check(call: Call): Promise<Outcome> {
  return outcome(await checkNow(await call.client(), call.args[0]!, call.note, grainOf(call)))
}

const GRAIN = { grain: { type: 'string', value: 'month|day', help: 'width of the windows (month)' } } as const

export const monitoringCommands: Command[] = [
  {
    name: 'monitor status',
    parameters: 'E',
    count: [1, 1],
    summary: 'Shows the newest check of an endpoint: verdict, drift, measured error.',
    options: GRAIN,
    run: status,
  },
  {
    name: 'monitor check',
    parameters: 'E',
    count: [1, 1],
    summary: 'Checks an endpoint now, waits, and shows the result.',
    options: GRAIN,
    run: check,
  },
]

import { readState } from '#server/kernel/contract.ts'
import type { RunSummary } from '#server/training/contract.ts'
import { usage } from './failure.ts'

type Test = (run: RunSummary) => boolean

const TERM = /^([\w.-]+)\s*(<=|>=|!=|=|<|>)\s*(.+)$/

/** Returns the value of `trainer`, `metrics.rmse` or `params.l2`; a bare name is a field, else a metric, else a parameter. */
function readValue(run: RunSummary, path: string): unknown {
  if (path.startsWith('metrics.')) return run.metrics[path.slice(8)]
  if (path.startsWith('params.')) return run.params[path.slice(7)]
  if (Object.hasOwn(run, path)) return run[path as keyof RunSummary]
  return Object.hasOwn(run.metrics, path) ? run.metrics[path] : run.params[path]
}

const isTrue: Record<string, (a: number | string, b: number | string) => boolean> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
}

/** Parses `trainer=mlp and metrics.rmse<45`. A run without the value does not match. Throws `usage`. */
export function parseFilter(expression: string): Test {
  const tests = expression.split(/\s+and\s+/i).map((term): Test => {
    const [, path, operator, raw] = TERM.exec(term.trim()) ?? []
    if (!path || !operator || !raw)
      throw usage(`“${term}” is no condition.`, 'Write NAME=VALUE, also with != < > <= >=, joined by `and`.')
    const written = raw.trim().replace(/^(['"])(.*)\1$/, '$2')
    const text = path === 'status' ? readState(written) : written
    const number = Number(text)
    return run => {
      const value = readValue(run, path)
      if (value === undefined || value === null) return false
      return typeof value === 'number'
        ? !Number.isNaN(number) && isTrue[operator]!(value, number)
        : isTrue[operator]!(typeof value === 'string' ? value : JSON.stringify(value), text)
    }
  })
  return run => tests.every(test => test(run))
}

/** Sorts runs by a metric, best first; runs without it last. */
export function orderBy(runs: RunSummary[], metric: string, larger: boolean): RunSummary[] {
  const value = (run: RunSummary) => {
    const v = readValue(run, metric)
    return typeof v === 'number' ? v : undefined
  }
  return [...runs].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    return larger ? y - x : x - y
  })
}

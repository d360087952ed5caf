import { defaultMetric, listMetrics, listTrainers } from '#ml/node.ts'
import { authorise, type Caller } from '#server/access/caller.ts'
import { type DatasetVersion, versionOf } from '#server/data/index.ts'
import { quoteIdentifier as id } from '#server/kernel/duckdb.ts'
import type { Kernel } from '#server/kernel/kernel.ts'
import type { LaunchOptions } from './contract.ts'
import { findTellers } from './find-tellers.ts'
import { inspectTarget, queryVersion } from './inspect-target.ts'
import { chooseColumns, chooseSplit } from './rules/choose-columns.ts'
import { requireLearnable, suggestTask } from './rules/decide-task.ts'
import { findSums } from './rules/find-leaks.ts'

const isNumeric = (type: string) => type === 'number' || type === 'integer'
/** Above this many columns a look at each of them is no longer cheap. */
const MOST_COLUMNS = 500
const MOST_SUMMANDS = 80
const SAMPLE_ROWS = 500

/** What the form for a new experiment offers. Throws `invalid` for a target from which nothing can be learnt. */
export async function readLaunchOptions(
  kernel: Kernel,
  caller: Caller,
  input: { data: string; target: string },
): Promise<LaunchOptions> {
  await authorise(kernel, caller, 'training:read')
  const version = await versionOf(kernel, caller.scope, input.data)
  const facts = await inspectTarget(kernel, version, input.target)
  const { task, reason: taskReason } = suggestTask(facts)
  requireLearnable(facts, task)
  const { read, features } = chooseColumns(version.schema, input.target)
  const { split, reason: splitReason } = chooseSplit(read, task)
  const used = new Set(features)
  const warnings = await findLeaks(kernel, version, input.target, features)
  const shape = { rows: facts.present, cols: features.length }
  return {
    dataset: version.datasetName,
    version: version.number,
    task,
    taskReason,
    split,
    splitReason,
    metrics: listMetrics(task).map(({ id: metric, label, direction }) => ({
      id: metric,
      label,
      direction: direction === 'minimise' ? 'minimize' : 'maximize',
      default: metric === defaultMetric(task),
    })),
    trainers: listTrainers()
      .filter(t => t.tasks.includes(task))
      .map(t => ({
        id: t.id,
        label: t.label,
        description: t.summary,
        settings: t.defaultSettings(task, shape).length,
      })),
    columns: version.schema
      .filter(c => c.name !== input.target)
      .map(({ name, type, role }) => ({
        name,
        type,
        role,
        used: used.has(name),
        warning: warnings.get(name) ?? null,
      })),
  }
}

/** Columns that give the target away: equal to it, the same in other words, or two that add up to it. */
async function findLeaks(
  kernel: Kernel,
  version: DatasetVersion,
  target: string,
  features: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const t = id(target)
  const columns = version.schema.filter(c => features.includes(c.name)).slice(0, MOST_COLUMNS)
  if (columns.length === 0) return found
  const targetColumn = version.schema.find(c => c.name === target)!
  const targetIsNumber = isNumeric(targetColumn.type)
  const equal = (name: string, type: string) =>
    targetIsNumber && isNumeric(type)
      ? `${id(name)} IS NOT DISTINCT FROM ${t}`
      : `${id(name)}::VARCHAR IS NOT DISTINCT FROM ${t}::VARCHAR`
  const [same] = await queryVersion<boolean>(
    kernel,
    version,
    `SELECT ${columns.map((c, i) => `bool_and(${equal(c.name, c.type)}) AS c${i}`).join(', ')} FROM data`,
  )
  for (const [i, { name }] of columns.entries()) if (same![`c${i}`]) found.set(name, `equals ${target}`)
  const others = columns.filter(c => !found.has(c.name))
  for (const [name, words] of await findTellers(kernel, version, targetColumn, others)) found.set(name, words)
  if (!targetIsNumber) return found
  const numbers = columns.filter(c => isNumeric(c.type) && !found.has(c.name)).slice(0, MOST_SUMMANDS)
  if (numbers.length < 2) return found
  const sample = await queryVersion<number>(
    kernel,
    version,
    `SELECT ${t}::DOUBLE AS t, ${numbers.map((c, i) => `${id(c.name)}::DOUBLE AS c${i}`).join(', ')} FROM data WHERE ${t} IS NOT NULL LIMIT ${SAMPLE_ROWS}`,
  )
  const column = (key: string) => sample.map(row => row[key] ?? Number.NaN)
  const pairs = findSums(
    numbers.map((c, i) => ({ name: c.name, values: column(`c${i}`) })),
    column('t'),
  )
  if (pairs.length === 0) return found
  // What holds for the first rows is claimed only when it holds for all.
  const [all] = await queryVersion<boolean>(
    kernel,
    version,
    `SELECT ${pairs.map(([a, b], i) => `bool_and(abs(${id(a)}::DOUBLE + ${id(b)}::DOUBLE - ${t}::DOUBLE) <= 1e-9 * greatest(1, abs(${t}::DOUBLE))) AS p${i}`).join(', ')} FROM data`,
  )
  for (const [i, [a, b]] of pairs.entries())
    if (all![`p${i}`]) for (const name of [a, b]) found.set(name, `${a} + ${b} = ${target}`)
  return found
}

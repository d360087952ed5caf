import { automl, defaultMetric, listMetrics, listTrainers } from '#ml/node.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { columnLeaks, type DatasetVersion, versionOf } from '#server/data/service.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { LaunchOptions } from './contract.ts'
import { inspectTarget } from './inspect-target.ts'
import { chooseColumns, chooseSplit } from './rules/choose-columns.ts'
import { isNumeric, requireLearnable, suggestPositive, suggestTask } from './rules/decide-task.ts'

/** Returns the options for a new experiment. Throws `invalid` for a target that cannot be learned. */
export async function readLaunchOptions(
  kernel: Kernel,
  caller: Caller,
  input: { data: string; target: string },
): Promise<LaunchOptions> {
  await authorize(kernel, caller, 'training:read')
  const version = await versionOf(kernel, caller.scope, input.data)
  const facts = await inspectTarget(kernel, caller.scope, version, input.target)
  const { task, reason: taskReason } = suggestTask(facts)
  requireLearnable(facts, task)
  const { read, features } = chooseColumns(version.schema, input.target)
  const { split, reason: splitReason } = chooseSplit(read, task)
  const used = new Set(features)
  const warnings = await warningsOf(kernel, caller, version, input.target, features)
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
      direction,
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
    automl: { label: automl.label, description: automl.summary },
    classes: task === 'regression' ? [] : [...(facts.classes ?? [])],
    positive: (task === 'binary' && suggestPositive(facts.classes ?? [], isNumeric(facts.type))) || null,
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

/** Returns leak warnings about columns that a model would use. */
async function warningsOf(
  kernel: Kernel,
  caller: Caller,
  version: DatasetVersion,
  target: string,
  features: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const used = new Set(features)
  for (const { columns, severity, words } of await columnLeaks(kernel, caller, version, target)) {
    // A sum without one of its parts does not leak the target.
    if (severity === 'info' || !columns.every(name => used.has(name))) continue
    for (const name of columns) if (!found.has(name)) found.set(name, words)
  }
  return found
}

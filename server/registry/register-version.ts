import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { parseId } from '#server/kernel/ids.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findRunById } from '#server/training/service.ts'
import type { RegisterInput } from './contract.ts'
import { versionRegistered } from './events.ts'
import { readServable } from './read-servable.ts'
import { findVersionOfRun, insertVersion, lockModel } from './store.ts'

export interface Registered {
  model: string
  version: number
  run: string
  digest: string
  /** False: this run was registered under this name before. */
  created: boolean
}

/**
 * Registers the model of a succeeded run as the next version of `name`; the same run under the same name returns its version. Throws
 * `not_found` (no such run), `conflict` (run not succeeded, or without a model).
 */
export async function registerVersion(kernel: Kernel, caller: Caller, input: RegisterInput): Promise<Registered> {
  await authorize(kernel, caller, 'registry:write')
  const { scope } = caller
  const runId = parseId(input.run)
  const run = runId ? await findRunById(kernel.db, scope, runId) : undefined
  if (!run)
    throw new AppError('not_found', `There is no run “${input.run}” in this project.`, {
      hint: 'List the runs with `fleximl runs ls`.',
    })
  if (run.state !== 'succeeded')
    throw new AppError('conflict', `Run ${run.name} is ${run.state}; only a succeeded run can be registered.`, {
      hint: 'Wait for it to end, or choose another run.',
    })
  if (!run.modelDigest)
    throw new AppError('conflict', `Run ${run.name} has no model to register.`, {
      hint: 'It only logged parameters and metrics; log a model with it, or train one here.',
    })
  const digest = run.modelDigest
  const { servable, signature } = await readServable(kernel, digest)
  return change(kernel, caller.actor, async c => {
    const model = await lockModel(c.tx, scope, input.name, actorKey(caller.actor))
    const known = await findVersionOfRun(c.tx, scope, model.id, run.id)
    if (known) return { model: model.name, version: known.number, run: run.id, digest: known.digest, created: false }
    const version = await insertVersion(c.tx, model, {
      runId: run.id,
      digest,
      servable,
      signature,
      metrics: run.metrics,
      note: input.note ?? '',
      createdBy: actorKey(caller.actor),
    })
    const subject = { kind: 'model-version', id: version.id } as const
    await c.record({
      projectId: scope.projectId,
      event: versionRegistered,
      subject,
      payload: { model: model.name, version: version.number, run: run.id, digest },
      audit: { action: 'registry.register-version' },
      links: [
        { from: subject, relation: 'registered-from', to: { kind: 'run', id: run.id } },
        { from: subject, relation: 'uses', to: { kind: 'blob', id: digest } },
      ],
      wakes: [{ kind: 'model', id: model.id }],
    })
    return { model: model.name, version: version.number, run: run.id, digest, created: true }
  })
}

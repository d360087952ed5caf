import type { Parameters } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import type { Env } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type CommandWish, commandSchema } from './contract.ts'
import type { PlannedRun } from './rules/schedule-runs.ts'

/** Trainer id of runs that a user's own command trains. */
export const COMMAND_TRAINER = 'external'

function requireAllowed(env: Env): void {
  if (env.FLEXIML_ALLOW_COMMANDS === 'on') return
  throw new AppError('forbidden', 'Own training commands are not allowed on this instance.', {
    hint: 'The operator can set FLEXIML_ALLOW_COMMANDS=on. Owners of projects can then run any command on the workers.',
  })
}

/** Plans a run that a command trains. Throws `forbidden` unless the instance allows it and the caller is an owner. */
export async function planCommand(kernel: Kernel, caller: Caller, wish: CommandWish): Promise<PlannedRun> {
  await authorize(kernel, caller, 'training:command')
  requireAllowed(kernel.env)
  return {
    trainer: COMMAND_TRAINER,
    setting: 'command',
    params: { ...wish.parameters, command: wish.line, minutes: wish.minutes },
  }
}

/** Parses the command in a run's parameters. Checked again by the worker, which may be another machine. */
export function readCommand(
  params: Record<string, unknown>,
  env: Env,
): { line: string; minutes: number; parameters: Parameters } {
  requireAllowed(env)
  const { command: line, minutes, ...parameters } = params
  return commandSchema.parse({ line, minutes, parameters })
}

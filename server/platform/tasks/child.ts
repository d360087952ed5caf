/**
 * Entry of the processes that run tasks, one after another. It has no database, no key and no variable of the instance; it exits with
 * the process that started it.
 */
import type { RunTask } from './define-task.ts'
import { exitWithParent } from './exit-with-parent.ts'
import { lowerPriority } from './lower-priority.ts'
import { killFirstWhenOutOfMemory } from './measure-memory.ts'
import type { FromTask, ToTask } from './protocol.ts'
import { toFailureMessage } from './task-failure.ts'

const send = (message: FromTask) => void process.send?.(message)

async function run(message: ToTask & { type: 'run' }, signal: AbortSignal): Promise<void> {
  const module = (await import(message.module)) as Record<string, RunTask<unknown, unknown, unknown>>
  const output = await module[message.function]!(message.input, {
    signal,
    progress: (done, note) => send({ type: 'progress', done, note }),
    line: (level, text) => send({ type: 'line', level, text }),
    emit: event => send({ type: 'event', event }),
    ownGroup: processGroupId => send({ type: 'group', processGroupId }),
  })
  send({ type: 'done', output })
}

let controller = new AbortController()

process.on('message', (message: ToTask) => {
  if (message.type === 'abort') return controller.abort(new Error('aborted'))
  lowerPriority(message.nice)
  controller = new AbortController()
  const { signal } = controller
  run(message, signal).catch(error => {
    if (signal.aborted) return send({ type: 'aborted' })
    const failure = toFailureMessage(error)
    send(failure)
    if (!failure.code) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  })
})

killFirstWhenOutOfMemory()
exitWithParent()

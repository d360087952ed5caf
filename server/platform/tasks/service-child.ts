/**
 * Entry of the processes that answer calls one after another, for example with a model that they keep. It has no database, no key and no
 * variable of the instance; it exits with the process that started it.
 */
import type { OpenService } from './define-service.ts'
import { exitWithParent } from './exit-with-parent.ts'
import { lowerPriority } from './lower-priority.ts'
import { killFirstWhenOutOfMemory } from './measure-memory.ts'
import type { FromService, ToService } from './protocol.ts'
import { toFailureMessage } from './task-failure.ts'

let answer: ((input: unknown) => unknown) | undefined

async function receive(message: ToService): Promise<unknown> {
  if (message.type === 'call') {
    if (!answer) throw new Error('called before it was opened')
    return answer(message.input)
  }
  lowerPriority(message.nice)
  const module = (await import(message.module)) as Record<string, OpenService<unknown, unknown, unknown, unknown>>
  const opened = await module[message.function]!(message.input)
  answer = opened.answer
  return opened.ready
}

const send = (message: FromService) => void process.send?.(message)

process.on('message', (message: ToService) => {
  receive(message).then(
    output => send({ type: 'answer', output }),
    error => send(toFailureMessage(error)),
  )
})

killFirstWhenOutOfMemory()
exitWithParent()

import '#server/platform/leave-with-parent.ts'
import { parseEnv } from '#server/kernel/env.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { connect, patiently } from './commands/connection.ts'
import { Failure, toFailure } from './commands/failure.ts'
import { findDatabase, withLocalKernel } from './commands/local-kernel.ts'
import { WORK } from './sample/live.ts'
import { DONE, openProgress, type Progress, stepsAfter } from './sample/progress.ts'

const PROJECT = 'sample'
const say = (line: string) => console.log(line)

/**
 * Loads the sample project and walks a model through its whole life, as ordinary jobs through the same interfaces as a person's own:
 * nothing in the product knows it. Goes on where an earlier start left off; once done it never comes back, whatever people do to it.
 */
async function loadSample(progress: Progress): Promise<void> {
  let state = await progress.read()
  if (state === null) {
    if (await progress.projectExists(PROJECT)) {
      say(`There is a project “${PROJECT}” already; no sample is loaded.`)
      return progress.write(DONE)
    }
    await progress.write('begun')
    state = 'begun'
  }
  const steps = stepsAfter(state)
  if (steps.length === 0) return
  // Loaded here only: once the sample is done this process leaves at once.
  const { mintTokenOnMachine } = await import('#server/api/create-project.ts')
  const { token } = await withLocalKernel(process.env, kernel =>
    mintTokenOnMachine(kernel, { project: PROJECT, role: 'owner', name: 'sample loader' }),
  )
  try {
    const client = connect(parseEnv(process.env).WEB_URL, token)
    await patiently(() => client.api.data.list.query({}), say)
    for (const step of steps) {
      const begun = performance.now()
      await WORK[step](client, say)
      await progress.write(step)
      say(`Step ${step} is done after ${((performance.now() - begun) / 1000).toFixed(1)} s.`)
    }
    await progress.write(DONE)
    say('The sample project is complete.')
  } finally {
    await progress.revoke(sha256(token))
  }
}

const progress = openProgress(await findDatabase(process.env))
let status = 0
try {
  await loadSample(progress)
} catch (error) {
  const { body } = error instanceof Failure ? error : toFailure(error, parseEnv(process.env).WEB_URL)
  console.error([body.message, body.hint].filter(Boolean).join(' '), error)
  status = 1
} finally {
  await progress.close().catch(() => undefined)
}
process.exit(status)

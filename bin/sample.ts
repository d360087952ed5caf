import '#server/platform/leave-with-parent.ts'
import { parseEnv } from '#server/kernel/env.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { connect, retryWhileUnreachable } from './commands/connection.ts'
import { Failure, toFailure } from './commands/failure.ts'
import { findDatabase, withLocalKernel } from './commands/local-kernel.ts'
import { WORK } from './sample/live.ts'
import { DONE, openProgress, type Progress, STARTED, stepsAfter } from './sample/progress.ts'

const PROJECT = 'sample'
const log = (line: string) => console.log(line)

/**
 * Loads the sample project and runs the life cycle of a model through the public interfaces. Resumes after an interrupted start; a sample
 * that was loaded once is never loaded again, even if users delete it.
 */
async function loadSample(progress: Progress): Promise<void> {
  let state = await progress.read()
  if (state === null) {
    if (await progress.projectExists(PROJECT)) {
      log(`A project “${PROJECT}” exists already; the sample is not loaded.`)
      return progress.write(DONE)
    }
    await progress.write(STARTED)
    state = STARTED
  }
  const steps = stepsAfter(state)
  if (steps.length === 0) return
  // Loaded on demand, so that this process ends at once if the sample is loaded.
  const { mintTokenOnMachine } = await import('#server/api/create-project.ts')
  const { token } = await withLocalKernel(process.env, kernel =>
    mintTokenOnMachine(kernel, { project: PROJECT, role: 'owner', name: 'sample loader' }),
  )
  try {
    const client = connect(parseEnv(process.env).WEB_URL, token)
    await retryWhileUnreachable(() => client.api.data.list.query({}), log)
    for (const step of steps) {
      const startedAt = performance.now()
      await WORK[step](client, log)
      await progress.write(step)
      log(`Step ${step} took ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`)
    }
    await progress.write(DONE)
    log('The sample project is complete.')
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

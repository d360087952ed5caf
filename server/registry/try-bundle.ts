import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AppError } from '#server/kernel/errors.ts'

const LONGEST_MS = 30_000
const ENTRY = fileURLToPath(new URL('./try-bundle-child.ts', import.meta.url))

/**
 * Loads a bundle that others made and asks it for an answer, in a process of its own: one that crashes or never answers costs nothing else.
 * Throws `invalid` in words.
 */
export async function tryBundle(path: string): Promise<void> {
  let output: string
  try {
    const done = await promisify(execFile)(process.execPath, ['--max-old-space-size=1024', ENTRY, path], {
      cwd: tmpdir(),
      // Never an address or a key.
      env: { NODE_ENV: 'production', TZ: 'UTC', PATH: process.env.PATH ?? '' },
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 20,
    })
    output = done.stdout
  } catch (error) {
    const { killed, signal, code } = error as { killed?: boolean; signal?: string; code?: number }
    const how = killed ? `did not answer within ${LONGEST_MS / 1000} s` : `ended its process (${signal ?? code})`
    throw new AppError('invalid', `The model ${how} when it was tried with one row.`, {
      hint: 'Try the file with ONNX Runtime where it was made.',
      cause: error,
    })
  }
  const { message, hint } = JSON.parse(output.slice(output.lastIndexOf('\n{') + 1)) as {
    message?: string
    hint?: string
  }
  if (message !== undefined) throw new AppError('invalid', message, hint ? { hint } : {})
}

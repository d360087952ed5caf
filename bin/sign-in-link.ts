import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** While there is no administrator, prints the one-time link; in a process of its own, since the supervisor holds no kernel. */
export async function printSignInLink(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bin/cli.ts', 'user', 'first-link'],
    { env },
  )
  const link = stdout.trim()
  if (link) say(`Sign in for the first time (one-time link, 24 h): ${link}`)
}

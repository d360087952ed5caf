import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Prints the one-time sign-in link if there is no administrator. Runs the CLI, because the supervisor has no kernel. */
export async function printSignInLink(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<void> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bin/cli.ts', 'user', 'first-link'],
    { env },
  )
  const link = stdout.trim()
  if (link) log(`Sign in for the first time (one-time link, 24 h): ${link}`)
}

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { LaunchOptions } from '@playwright/test'

/** Quiet: no sandbox (CI runs as root), nothing asks the internet for anything. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const INSTALLED = [
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const lacksLibraries = (path: string) =>
  (spawnSync('ldd', [path], { encoding: 'utf8' }).stdout ?? '').includes('not found')

/** The Chromium that came as a package (Linux x64), else an installed Chrome; undefined when there is neither. */
export async function findBrowser(): Promise<LaunchOptions | undefined> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    const { default: packaged, inflate, setupLambdaEnvironment } = await import('@sparticuz/chromium')
    const executablePath = await packaged.executablePath()
    if (lacksLibraries(executablePath)) {
      // NSS and its like are in the package too; it only unpacks them by itself where it knows that they are missing.
      const packed = join(
        dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')),
        '../bin/al2023.tar.br',
      )
      setupLambdaEnvironment(join(await inflate(packed), 'lib'))
    }
    return { executablePath, args: FLAGS }
  }
  const executablePath = INSTALLED.find(path => existsSync(path))
  return executablePath ? { executablePath, args: FLAGS } : undefined
}

export const NO_BROWSER =
  'No browser for these tests: the packaged Chromium is for Linux x64, and no Chrome or Chromium is installed.'

import { existsSync } from 'node:fs'
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

/** The Chromium that came as a package (Linux x64), else an installed Chrome; undefined when there is neither. */
export async function findBrowser(): Promise<LaunchOptions | undefined> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    const { default: packaged } = await import('@sparticuz/chromium')
    return { executablePath: await packaged.executablePath(), args: FLAGS }
  }
  const executablePath = INSTALLED.find(path => existsSync(path))
  return executablePath ? { executablePath, args: FLAGS } : undefined
}

export const NO_BROWSER =
  'No browser for these tests: the packaged Chromium is for Linux x64, and no Chrome or Chromium is installed.'

import { defineConfig } from '@playwright/test'
import { findBrowser } from './harness/browser.ts'

const found = await findBrowser()

/** `playwright test --config e2e/playwright.config.ts`, or a part of it: `… training`. `npm test` adds a JSON report and counts it. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results/e2e',
  globalSetup: './harness/global-setup.ts',
  // One instance on two cores: specs after another, so that none waits for another's training.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    launchOptions: found,
    headless: true,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})

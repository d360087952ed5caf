import { defineConfig } from '@playwright/test'
import { findBrowser } from './harness/browser.ts'

const found = await findBrowser()

/** `playwright test --config e2e/playwright.config.ts`; counts are in `test-results/e2e.xml` (JUnit) for `npm test`. */
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
  reporter: [['line'], ['junit', { outputFile: '../test-results/e2e.xml' }]],
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

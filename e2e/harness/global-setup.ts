import { findBrowser } from './browser.ts'
import { startInstance } from './start-instance.ts'

/** One instance for all specs; they keep apart by projects of their own. Nothing is started where no browser could look at it. */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (!(await findBrowser())) return undefined
  const instance = await startInstance({
    FLEXIML_PRIVATE_NETWORKS: '127.0.0.0/8',
    // Imported models of the specs are quick, but for the one that shall not be.
    FLEXIML_FOREIGN_MODEL_DEADLINE_MS: '500',
  })
  process.env.FLEXIML_E2E_URL = instance.url
  process.env.FLEXIML_E2E_INFERENCE_URL = instance.inferenceUrl
  process.env.FLEXIML_E2E_EMAIL = instance.admin.email
  process.env.FLEXIML_E2E_PASSWORD = instance.admin.password
  process.env.FLEXIML_E2E_HOME = instance.home
  process.env.FLEXIML_E2E_PID = String(instance.pid)
  return () => instance.stop()
}

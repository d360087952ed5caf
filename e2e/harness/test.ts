import { AxeBuilder } from '@axe-core/playwright'
import { test as base, type ConsoleMessage, expect, type Page } from '@playwright/test'
import { NO_BROWSER } from './browser.ts'

const variable = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: start these tests by their config, which starts an instance.`)
  return value
}

export const instance = () => ({
  url: variable('FLEXIML_E2E_URL'),
  inferenceUrl: variable('FLEXIML_E2E_INFERENCE_URL'),
  email: variable('FLEXIML_E2E_EMAIL'),
  password: variable('FLEXIML_E2E_PASSWORD'),
  home: variable('FLEXIML_E2E_HOME'),
  pid: Number(variable('FLEXIML_E2E_PID')),
})

export async function signIn(page: Page, as: { email: string; password: string } = instance()): Promise<void> {
  await page.goto(`${instance().url}/sign-in`)
  await page.getByLabel(/^E-mail/).fill(as.email)
  await page.locator('input[type=password]').fill(as.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
}

/** One call of the API with the page's session. `input` goes as it is; throws with the server's words. */
export async function call<T = unknown>(
  page: Page,
  kind: 'query' | 'mutation',
  path: string,
  input: unknown,
): Promise<T> {
  const address = `${instance().url}/api/trpc/${path}`
  const answer =
    kind === 'query'
      ? await page.request.get(`${address}?input=${encodeURIComponent(JSON.stringify(input))}`)
      : await page.request.post(address, { data: input, headers: { origin: instance().url } })
  const body = (await answer.json()) as { result?: { data: T }; error?: { message: string } }
  if (body.error) throw new Error(`${path}: ${body.error.message}`)
  return body.result!.data
}

let made = 0
/** A project that no other spec looks into. */
export async function newProject(page: Page): Promise<string> {
  const slug = `e2e-${process.pid}-${++made}`
  await call(page, 'mutation', 'access.createProject', { slug })
  return slug
}

/** A table becomes a dataset, or its next version, without the pages that do it. */
export async function addData(
  page: Page,
  input: { project: string; name: string; csv: string; target: string },
): Promise<void> {
  const { project, name, csv, target } = input
  const sent = await page.request.post(`${instance().url}/api/v1/projects/${project}/uploads?filename=${name}.csv`, {
    data: Buffer.from(csv),
    headers: { origin: instance().url, 'content-type': 'application/octet-stream' },
  })
  const { digest } = (await sent.json()) as { digest: string }
  const added = { project, name, fileName: `${name}.csv`, digest, target }
  const { id } = await call<{ id: string }>(page, 'mutation', 'data.add', added)
  await expect
    .poll(async () => (await call<{ state: string }>(page, 'query', 'data.ingestion', { project, id })).state)
    .toBe('succeeded')
}

/** WCAG 2.2 AA by axe; says which rule which element breaks. */
export async function expectAccessible(page: Page): Promise<void> {
  // A dialog that still fades in is grey on grey: what ends by itself is waited for, what runs for ever (skeletons) is not.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(a => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY),
  )
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const words = violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')} (${n.failureSummary ?? ''})`))
  expect(words, `accessibility of ${page.url()}`).toEqual([])
}

/** The page is as wide as the screen and no wider. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(over, `horizontal overflow of ${page.url()}`).toBeLessThanOrEqual(0)
}

interface Fixtures {
  /** What the browser complained of: errors on the console, exceptions, reports of the content-security policy. */
  complaints: string[]
}

/** Every test fails on what the browser complains of, unless it takes it out of `complaints` itself. */
export const test = base.extend<Fixtures>({
  complaints: [
    async ({ context }, use) => {
      test.skip(!process.env.FLEXIML_E2E_URL, NO_BROWSER)
      const complaints: string[] = []
      const hear = (message: ConsoleMessage) => {
        if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
      }
      context.on('console', hear)
      context.on('weberror', error => complaints.push(`exception: ${error.error().message}`))
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', event =>
          console.error(`content-security policy: ${event.violatedDirective} refused ${event.blockedURI}`),
        )
      })
      await use(complaints)
      expect(complaints, 'the browser complained').toEqual([])
    },
    { auto: true },
  ],
  /** A page has arrived when what was streamed in after it is in its place: until then some words are there twice. */
  page: async ({ page }, use) => {
    const goto = page.goto.bind(page)
    page.goto = async (...to) => {
      const response = await goto(...to)
      await page.waitForFunction(() => document.querySelector('[hidden][id^="S:"]') === null)
      return response
    }
    await use(page)
  },
})

export { expect }

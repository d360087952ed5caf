import type { Browser, BrowserContext, Page } from '@playwright/test'
import { addData, call, expect, instance, newProject, signIn, test } from './harness/test.ts'

/** JavaScript transferred until a page is usable, with an empty cache. */
const PAGE_KB = 250
const PAGE_WITH_CHARTS_KB = 350
/** Pages that do not reach their goal yet, by the end of their address: lower these, never raise them. */
const ABOVE_GOAL_KB: readonly [RegExp, number][] = [
  [/\/(training|evaluation|registry)$/, 255],
  [/\/orchestration$/, 264],
  [/\/data\/customers$/, 296],
  [/tab=recipe$/, 391],
  [/\/experiments\//, 399],
  [/\/runs\//, 405],
  [/\/compare\?/, 376],
]
/** Document and answers of the API. */
const DATA_KB = 60
/** What loads after the first paint belongs to the page too. */
const SETTLE_MS = 1500

interface Weight {
  script: number
  data: number
}

/** Bytes on the wire of one visit in a new browser. */
async function weigh(browser: Browser, state: Awaited<ReturnType<BrowserContext['storageState']>>, path: string) {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const sizes: Promise<void>[] = []
  const weight: Weight = { script: 0, data: 0 }
  page.on('requestfinished', request => {
    const kind = request.url().includes('/_next/static/')
      ? request.resourceType() === 'script'
        ? 'script'
        : undefined
      : request.resourceType() === 'document' || request.url().includes('/api/trpc/')
        ? 'data'
        : undefined
    if (!kind) return
    sizes.push(
      request.sizes().then(
        ({ responseBodySize }) => {
          weight[kind] += Math.max(0, responseBodySize) / 1024
        },
        () => undefined,
      ),
    )
  })
  await page.goto(instance().url + path, { waitUntil: 'load' })
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.waitForTimeout(SETTLE_MS)
  await Promise.all(sizes)
  await context.close()
  return weight
}

/** Customers of which one in five leaves, more often when they pay much. */
function customers(rows: number): string {
  const lines = ['age,plan,fee,visits,left']
  for (let i = 0; i < rows; i++) {
    const fee = (i * 31) % 90
    lines.push(
      [
        18 + ((i * 17) % 60),
        ['free', 'basic', 'pro'][i % 3],
        fee,
        (i * 7) % 13,
        fee + (i % 23) > 85 ? 'yes' : 'no',
      ].join(','),
    )
  }
  return `${lines.join('\n')}\n`
}

async function train(page: Page): Promise<{ project: string; experiment: string; runs: string[] }> {
  const project = await newProject(page)
  await addData(page, { project, name: 'customers', csv: customers(800), target: 'left' })
  const { experiment } = await call<{ experiment: string }>(page, 'mutation', 'training.launch', {
    project,
    data: 'customers',
    target: 'left',
    trainers: ['baseline', 'linear'],
    trials: 4,
  })
  const show = () =>
    call<{ status: string; items: { run: string }[] }>(page, 'query', 'training.show', { project, experiment })
  await expect.poll(async () => (await show()).status, { timeout: 120_000 }).toBe('succeeded')
  return { project, experiment, runs: (await show()).items.map(item => item.run) }
}

test('every page stays within its budget of JavaScript and data', async ({ page, browser }) => {
  await signIn(page)
  const { project, experiment, runs } = await train(page)
  const state = await page.context().storageState()
  const base = `/p/${project}`
  const plain = [
    '/projects',
    `${base}`,
    `${base}/data`,
    `${base}/data/customers`,
    `${base}/training`,
    `${base}/evaluation`,
    `${base}/registry`,
    `${base}/serving`,
    `${base}/monitoring`,
    `${base}/orchestration`,
  ]
  const withChartsOrForms = [
    '/account',
    `${base}/access`,
    `${base}/data/add`,
    `${base}/data/customers?tab=profile`,
    `${base}/data/customers?tab=schema`,
    `${base}/data/customers?tab=recipe`,
    `${base}/data/customers?tab=lineage`,
    `${base}/training/new`,
    `${base}/training/experiments/${experiment}`,
    `${base}/training/runs/${runs.at(-1)}`,
    `${base}/training/compare?runs=${runs.join(',')}`,
  ]
  const heavy: string[] = []
  for (const path of [...plain, ...withChartsOrForms]) {
    const { script, data } = await weigh(browser, state, path)
    const goal = plain.includes(path) ? PAGE_KB : PAGE_WITH_CHARTS_KB
    const budget = ABOVE_GOAL_KB.find(([address]) => address.test(path))?.[1] ?? goal
    test
      .info()
      .annotations.push({ type: path, description: `${script.toFixed(0)} kB JavaScript, ${data.toFixed(0)} kB data` })
    expect(script, `${path} loads JavaScript at all`).toBeGreaterThan(50)
    if (script > budget) heavy.push(`${path}: ${script.toFixed(0)} kB of JavaScript, budget ${budget}`)
    if (data > DATA_KB) heavy.push(`${path}: ${data.toFixed(0)} kB of data, budget ${DATA_KB}`)
  }
  expect(heavy).toEqual([])
})

test('the charts load after the page is drawn, without moving it', async ({ page, browser }) => {
  await signIn(page)
  const { project, runs } = await train(page)
  const context = await browser.newContext({ storageState: await page.context().storageState() })
  const visit = await context.newPage()
  await visit.addInitScript(() => {
    const shifts: number[] = []
    Object.assign(globalThis, { layoutShifts: shifts })
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await visit.goto(`${instance().url}/p/${project}/training/runs/${runs.at(-1)}`)
  await expect(visit.locator('.recharts-surface').first()).toBeVisible()
  const shift = await visit.evaluate(() =>
    (globalThis as unknown as { layoutShifts: number[] }).layoutShifts.reduce((sum, value) => sum + value, 0),
  )
  // The limit that browsers call good.
  expect(shift).toBeLessThan(0.1)
  await context.close()
})

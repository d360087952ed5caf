import type { Page } from '@playwright/test'
import {
  addData,
  call,
  expect,
  expectAccessible,
  expectNoOverflow,
  instance,
  newProject,
  signIn,
  test,
} from './harness/test.ts'

/** Rentals by hour and temperature; `casual` and `registered` add up to the target. */
function rentals(rows: number): string {
  const lines = ['hour,temp,casual,registered,cnt']
  for (let i = 0; i < rows; i++) {
    const hour = i % 24
    const temp = ((i * 37) % 100) / 100
    const casual = Math.round(5 + 40 * temp + ((i * 13) % 7))
    const registered = Math.round(20 + 4 * hour + ((i * 29) % 17))
    lines.push([hour, temp, casual, registered, casual + registered].join(','))
  }
  return `${lines.join('\n')}\n`
}

interface Trained {
  project: string
  experiment: string
  runs: string[]
}
let trained: Promise<Trained> | undefined

/** One experiment with results, for the tests that only look. */
async function trainedOnce(page: Page): Promise<Trained> {
  trained ??= (async () => {
    const project = await newProject(page)
    await addData(page, { project, name: 'rentals', csv: rentals(600), target: 'cnt' })
    const { experiment } = await call<{ experiment: string }>(page, 'mutation', 'training.launch', {
      project,
      data: 'rentals',
      target: 'cnt',
      trainers: ['baseline', 'linear'],
      trials: 4,
      ignore: ['casual', 'registered'],
    })
    const show = () =>
      call<{ status: string; items: { run: string }[] }>(page, 'query', 'training.show', { project, experiment })
    await expect.poll(async () => (await show()).status, { timeout: 120_000 }).toBe('succeeded')
    return { project, experiment, runs: (await show()).items.map(item => item.run) }
  })()
  return trained
}

test('from a dataset to a registered model without a line of code', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  await addData(page, { project, name: 'rentals', csv: rentals(600), target: 'cnt' })
  await page.goto(`${instance().url}/p/${project}/training`)
  await expect(page.getByRole('heading', { name: 'No experiments' })).toBeVisible()
  await page.getByRole('link', { name: 'New experiment' }).click()
  await page.waitForURL('**/training/new')

  // The only dataset and its target are chosen, the task is said with its reason, the leak is seen while Advanced is closed.
  await expect(page.getByRole('combobox', { name: 'Dataset' })).toHaveValue(/^rentals/)
  await expect(page.getByText(/^Regression:/)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Advanced/ })).toHaveAttribute('aria-expanded', 'false')
  await expect(page.getByText('casual + registered = cnt. A model')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Ignore casual and registered' }).click()
  await expect(page.getByText('casual + registered = cnt. A model')).toBeHidden()
  await page.getByLabel('Runs', { exact: true }).fill('3')
  await expect(
    page.getByText(/^Trains 3 models with \d trainers to predict cnt from 2 features of rentals v1/),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Start', exact: true }).click()

  await page.waitForURL('**/training/experiments/**')
  await expect(page.getByText('3 runs: 3 succeeded.')).toBeVisible({ timeout: 120_000 })
  await expect(page.getByText(/is best with RMSE .+ ± /)).toBeVisible()
  await page.getByRole('link', { name: '#2', exact: true }).click()
  await page.waitForURL('**/training/runs/**')
  await expect(page.getByText('ranks the runs')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Log of the run' })).toContainText('Finished')
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
  await page.waitForURL('**/registry/**')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('rentals-cnt')
})

test('AutoML is given minutes, and says what it tried and why the winner won', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  await addData(page, { project, name: 'rentals', csv: rentals(600), target: 'cnt' })
  await page.goto(`${instance().url}/p/${project}/training/new`)
  await page.getByRole('button', { name: 'Ignore casual and registered' }).click()
  await page.getByText('AutoML', { exact: true }).click()
  await page.getByLabel('Minutes', { exact: true }).fill('0.2')
  await expect(page.getByText(/^Searches trainers and hyperparameters for 0.2 minutes/)).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.waitForURL('**/training/experiments/**')
  await expect(page.getByText('1 run: 1 succeeded.')).toBeVisible({ timeout: 120_000 })
  await page.getByRole('link', { name: '#1', exact: true }).click()
  await page.waitForURL('**/training/runs/**')
  const panel = (name: string) => page.locator('section', { has: page.getByRole('heading', { name }) })
  const tried = panel('Candidates')
  await expect(tried.getByRole('cell', { name: /%$/ }).first()).toBeVisible()
  await expect(panel('Notes').getByRole('listitem').first()).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
  await page.waitForURL('**/registry/**')
})

test('every page is accessible in light and dark, and no wider than a phone', async ({ page }) => {
  await signIn(page)
  const { project, experiment, runs } = await trainedOnce(page)
  const places = [
    '/training',
    '/training/new',
    `/training/experiments/${experiment}`,
    `/training/runs/${runs[1]}`,
    `/training/compare?runs=${runs.join(',')}`,
  ]
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const place of places) {
      await page.goto(`${instance().url}/p/${project}${place}`)
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
      await page.waitForLoadState('networkidle').catch(() => undefined)
      await expectAccessible(page)
    }
  }
  await page.setViewportSize({ width: 380, height: 800 })
  for (const place of places) {
    await page.goto(`${instance().url}/p/${project}${place}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await page.waitForLoadState('networkidle').catch(() => undefined)
    await expectNoOverflow(page)
  }
})

test('a view of the runs is a link: filter, order and choice survive a reload', async ({ page }) => {
  await signIn(page)
  const { project, experiment } = await trainedOnce(page)
  await page.goto(`${instance().url}/p/${project}/training/experiments/${experiment}`)
  await page.getByRole('searchbox', { name: 'Find runs' }).fill('linear')
  await expect(page.getByText('2 of 4', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page
    .getByRole('checkbox', { name: /^Compare run/ })
    .first()
    .check()
  await page
    .getByRole('checkbox', { name: /^Compare run/ })
    .nth(1)
    .check()
  await expect(page).toHaveURL(/q=linear/)
  await expect(page).toHaveURL(/sort=run/)
  await page.reload()
  // What is streamed stands outside of the content for a moment, before it is moved in.
  await expect(page.locator('#content').getByText('2 of 4', { exact: true })).toBeVisible()
  await expect(page.getByRole('columnheader', { name: 'Run' })).toHaveAttribute('aria-sort', 'ascending')
  await page.getByRole('link', { name: 'Compare 2' }).click()
  await page.waitForURL('**/training/compare**')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Compare 2 runs')
})

test('a comparison says better and worse in words', async ({ page }) => {
  await signIn(page)
  const { project, runs } = await trainedOnce(page)
  await page.goto(`${instance().url}/p/${project}/training/compare?runs=${runs[0]},${runs[1]}`)
  const rmse = page.getByRole('row', { name: /^RMSE/ })
  await expect(rmse.getByText('better')).toBeVisible()
  await expect(page.getByRole('row', { name: /^trainer/ })).toContainText('baseline')
})

test('every chart shows its numbers as a table', async ({ page }) => {
  await signIn(page)
  const { project, runs } = await trainedOnce(page)
  await page.goto(`${instance().url}/p/${project}/training/runs/${runs[0]}`)
  const figures = page.getByRole('figure')
  await expect(figures.first()).toBeVisible()
  const count = await figures.count()
  expect(count).toBeGreaterThanOrEqual(3)
  for (let i = 0; i < count; i++) {
    const figure = figures.nth(i)
    await figure.getByRole('button', { name: /show a table/ }).click()
    expect(await figure.getByRole('row').count()).toBeGreaterThan(1)
    await figure.getByRole('button', { name: /show the chart/ }).click()
  }
})

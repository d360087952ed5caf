import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { addData, call, expect, instance, newProject, signIn, test } from './harness/test.ts'

const rows = Array.from({ length: 400 }, (_, i) => [
  i % 24,
  (i * 37) % 100,
  3 * (i % 24) + ((i * 37) % 100) + ((i * 7) % 11),
])
const csv = `hour,load,y\n${rows.map(row => row.join(',')).join('\n')}\n`

let trained: Promise<{ page: string; runs: string[] }> | undefined

/** An experiment of two runs, for its page. */
async function trainedOnce(page: Page) {
  trained ??= (async () => {
    const project = await newProject(page)
    await addData(page, { project, name: 'line', csv, target: 'y' })
    const { experiment } = await call<{ experiment: string }>(page, 'mutation', 'training.launch', {
      project,
      data: 'line',
      target: 'y',
      trainers: ['baseline', 'linear'],
      trials: 2,
    })
    const show = () =>
      call<{ status: string; items: { run: string }[] }>(page, 'query', 'training.show', { project, experiment })
    await expect.poll(async () => (await show()).status, { timeout: 120_000 }).toBe('succeeded')
    const runs = (await show()).items.map(item => item.run)
    return { page: `/p/${project}/training/experiments/${experiment}`, runs }
  })()
  return trained
}

/** Opens the experiment with learning curves of this many points each, which fall from 1000 to 1. */
async function showCurves(page: Page, points: number): Promise<Locator> {
  await signIn(page)
  const { page: path, runs } = await trainedOnce(page)
  const items = runs.map((run, r) => ({
    run,
    key: 'loss',
    name: `curve ${r}`,
    total: points,
    points: Array.from({ length: points }, (_, step) => ({ step, value: 10 ** (3 - (3 * step) / points) + r })),
  }))
  await page.route(/\/api\/trpc\/.*training\.curves/, async route => {
    const response = await route.fetch()
    const answers = await response.json()
    const names = decodeURIComponent(new URL(route.request().url()).pathname).split('/').at(-1)!.split(',')
    const answer = Array.isArray(answers) ? answers[names.indexOf('training.curves')] : answers
    answer.result.data.items = items
    await route.fulfill({ response, json: answers })
  })
  await page.goto(instance().url + path)
  const figure = page.locator('figure').first()
  await expect(figure.getByRole('button', { name: '#1' })).toBeVisible()
  return figure
}

/** Presses at one place of a plot, releases at another; both as shares of its width. */
async function drag(page: Page, plot: Locator, from: number, to: number): Promise<void> {
  await plot.scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await plot.boundingBox())!
  await page.mouse.move(x + from * width, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + to * width, y + height / 2, { steps: 4 })
  await page.mouse.up()
}

async function choose(page: Page, figure: Locator, entry: string): Promise<void> {
  await figure.getByRole('button', { name: /: options$/ }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

/** Saves by an entry of the menu; returns the file's content. */
async function save(page: Page, figure: Locator, entry: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await choose(page, figure, entry)
  return readFile(await (await download).path())
}

const isPng = (file: Buffer) => file.subarray(1, 4).toString('latin1') === 'PNG' && file.length > 2000

test('a chart of few points is zoomed, filtered by its legend, scaled and saved', async ({ page }) => {
  const figure = await showCurves(page, 60)
  const lines = figure.locator('.recharts-line-curve')
  await expect(lines).toHaveCount(2)
  await expect(figure.locator('canvas')).toHaveCount(0)

  await figure.getByRole('button', { name: '#1' }).click()
  await expect(figure.getByRole('button', { name: '#1' })).toHaveAttribute('aria-pressed', 'false')
  await expect(lines).toHaveCount(1)
  await figure.getByRole('button', { name: '#1' }).click()
  await expect(lines).toHaveCount(2)

  const whole = await lines.first().getAttribute('d')
  await drag(page, figure.locator('.recharts-surface').first(), 0.5, 0.7)
  const reset = figure.getByRole('button', { name: 'Reset zoom' })
  await expect(reset).toBeVisible()
  const commands = (d: string | null) => d?.match(/[ML]/g)?.length ?? 0
  expect(commands(await lines.first().getAttribute('d'))).toBeLessThan(commands(whole) / 2)
  await reset.click()
  await expect(lines.first()).toHaveAttribute('d', whole!)

  await choose(page, figure, 'Logarithmic scale')
  await expect(lines.first()).not.toHaveAttribute('d', whole!)
  expect(isPng(await save(page, figure, 'Save as PNG'))).toBe(true)
  expect((await save(page, figure, 'Save as CSV')).toString().split('\r\n').length).toBeGreaterThan(60)
})

test('a chart of many points is drawn on a canvas, and zoomed, read and saved there', async ({ page }) => {
  const figure = await showCurves(page, 1500)
  const canvas = figure.locator('canvas')
  await expect(canvas).toBeVisible()
  await expect(figure.locator('.recharts-surface')).toHaveCount(0)
  const over = figure.locator('.u-over')
  await drag(page, over, 0.5, 0.7)
  const reset = figure.getByRole('button', { name: 'Reset zoom' })
  await expect(reset).toBeVisible()

  // The values under the pointer are those of the zoomed range.
  const { x, y, width, height } = (await over.boundingBox())!
  await page.mouse.move(x + width / 2, y + height / 2)
  const step = figure.getByText(/^step \d/)
  await expect(step).toBeVisible()
  const read = Number((await step.textContent())!.replace(/\D/g, ''))
  expect(read).toBeGreaterThan(0.55 * 1500)
  expect(read).toBeLessThan(0.65 * 1500)

  expect(isPng(await save(page, figure, 'Save as PNG'))).toBe(true)
  await reset.click()
  await expect(reset).toBeHidden()
})

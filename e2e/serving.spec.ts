import type { Page } from '@playwright/test'
import { doublingGraph, heavyGraph } from '#ml/interop/onnx/testing.ts'
import { call, expect, expectAccessible, expectNoOverflow, instance, newProject, signIn, test } from './harness/test.ts'

async function importAndPromote(page: Page, project: string, name: string, file: Uint8Array): Promise<void> {
  const sent = await page.request.post(`${instance().url}/api/v1/projects/${project}/uploads?filename=${name}.onnx`, {
    data: Buffer.from(file),
    headers: { origin: instance().url, 'content-type': 'application/octet-stream' },
  })
  const { digest } = (await sent.json()) as { digest: string }
  await call(page, 'mutation', 'registry.import', { project, digest, name, target: 'y' })
  await call(page, 'mutation', 'serving.promote', { project, model: `${name}@1`, endpoint: name })
}

test('an imported model that breaks its limits is seen to be out of traffic, and is tried again', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  await importAndPromote(page, project, 'double', doublingGraph())
  await importAndPromote(page, project, 'heavy', heavyGraph(900, 130))
  const ask = (endpoint: string) => call(page, 'mutation', 'serving.tryIt', { project, endpoint, rows: [{ x1: 1 }] })
  await expect
    .poll(() => ask('heavy').catch(String), { timeout: 60_000 })
    .toMatch(/did not answer one row within 0.5 s/)
  await ask('double')

  await page.goto(`${instance().url}/p/${project}/serving`)
  await expect(page.getByText('1 endpoint out of traffic: the model broke its limits.')).toBeVisible()
  await expect(page.getByText(/^.*Loaded models use \d/)).toBeVisible()
  await expect(page.getByRole('row', { name: /heavy/ }).getByText('out of traffic')).toBeVisible()
  await expect(page.getByRole('row', { name: /double/ }).getByText('loaded', { exact: true })).toBeVisible()
  await expectNoOverflow(page)

  await page.goto(`${instance().url}/p/${project}/serving/heavy`)
  const panel = page.getByRole('alert').filter({ hasText: 'heavy v1 is out of traffic' })
  await expect(panel).toContainText('it did not answer one row within 0.5 s')
  await expect(page.getByText('its own process')).toBeVisible()
  await expectAccessible(page)
  for (const width of [1440, 380]) {
    await page.setViewportSize({ width, height: 900 })
    // Charts take a moment to follow a new width.
    await page.goto(`${instance().url}/p/${project}/serving/heavy`)
    await expect(panel).toBeVisible()
    await expectNoOverflow(page)
    if (process.env.FLEXIML_SHOTS) await page.screenshot({ path: `${process.env.FLEXIML_SHOTS}/heavy-${width}.png` })
  }
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(panel).toBeHidden({ timeout: 60_000 })
})

import type { Page } from '@playwright/test'
import { call, expect, expectAccessible, expectNoOverflow, instance, newProject, signIn, test } from './harness/test.ts'

const HOUR_MS = 3_600_000

/** Rows of every six hours; in the second year it is much warmer and each degree counts double. */
function rows(from: string, count: number, warm: boolean) {
  const begin = Date.parse(from)
  return Array.from({ length: count }, (_, i) => {
    const temp = ((i * 37) % 100) / 10 + (warm ? 8 : 0)
    return {
      at: new Date(begin + 6 * i * HOUR_MS).toISOString().slice(0, 19),
      temp,
      wind: ((i * 53) % 89) / 10,
      rentals: Math.round(20 + (warm ? 8 : 4) * temp + ((i * 29) % 17)),
    }
  })
}

/** A version of 2011 answers at the endpoint `rentals`. */
async function promoteRentals(page: Page, project: string): Promise<void> {
  const table = rows('2011-01-01T00:00:00Z', 1000, false)
  const csv = `at,temp,wind,rentals\n${table.map(r => Object.values(r).join(',')).join('\n')}\n`
  const sent = await page.request.post(`${instance().url}/api/v1/projects/${project}/uploads?filename=rentals.csv`, {
    data: Buffer.from(csv),
    headers: { origin: instance().url, 'content-type': 'application/octet-stream' },
  })
  const { digest } = (await sent.json()) as { digest: string }
  const added = { project, name: 'rentals', fileName: 'rentals.csv', digest, target: 'rentals', time: 'at' }
  const { id } = await call<{ id: string }>(page, 'mutation', 'data.add', added)
  await expect
    .poll(async () => (await call<{ state: string }>(page, 'query', 'data.ingestion', { project, id })).state)
    .toBe('succeeded')
  const { experiment } = await call<{ experiment: string }>(page, 'mutation', 'training.launch', {
    ...{ project, data: 'rentals', target: 'rentals', task: 'regression', trainers: ['linear'], trials: 1 },
  })
  const show = () =>
    call<{ status: string; items: { run: string }[] }>(page, 'query', 'training.show', { project, experiment })
  await expect.poll(async () => (await show()).status, { timeout: 120_000 }).toBe('succeeded')
  const { run } = (await show()).items[0]!
  await call(page, 'mutation', 'registry.register', { project, run, name: 'rentals' })
  await call(page, 'mutation', 'serving.promote', { project, model: 'rentals', endpoint: 'rentals', timeColumn: 'at' })
}

test('an endpoint that is wrong in its second year is seen to be so', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  const base = `${instance().url}/p/${project}/monitoring`

  await page.goto(base)
  await expect(page.getByText('No monitors')).toBeVisible()
  await expectAccessible(page)

  await promoteRentals(page, project)
  await page.goto(`${base}/rentals`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Not checked yet')
  await page.getByRole('button', { name: 'Check now' }).click()
  await expect(page.getByText('No traffic yet')).toBeVisible()
  await expectAccessible(page)

  const { token } = await call<{ token: string }>(page, 'mutation', 'access.createToken', {
    ...{ project, name: 'traffic', role: 'engineer' },
  })
  const send = async (path: string, body: unknown) => {
    const answer = await fetch(`${instance().inferenceUrl}/${project}/endpoints/rentals/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(200)
    return (await answer.json()) as { ids: string[]; accepted: number }
  }
  const traffic = rows('2012-01-01T00:00:00Z', 360, true)
  const { ids } = await send('predict', { rows: traffic.map(({ rentals: _, ...row }) => row) })

  await expect
    .poll(
      async () => {
        const { rows: seen, checking } = await call<{ rows: number; checking: boolean }>(
          ...([page, 'query', 'monitoring.status', { project, endpoint: 'rentals' }] as const),
        )
        // A check that began before the traffic was in the log saw none of it.
        if (!checking && seen !== 360)
          await call(page, 'mutation', 'monitoring.check', { project, endpoint: 'rentals' })
        return checking ? 0 : seen
      },
      { timeout: 60_000 },
    )
    .toBe(360)
  await page.reload()
  // While a page streams in, a copy of it waits outside of `main`.
  await expect(page.getByRole('main').getByText('no labels received')).toBeVisible()
  await expect(page.getByRole('main').getByText(/curl -sS .*\/rentals\/feedback/)).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Alert')
  await expectAccessible(page)

  // What turned out to be true comes late, and changes the windows it reaches.
  const truth = traffic.map((row, i) => ({ id: ids[i], actual: row.rentals }))
  expect((await send('feedback', { rows: truth })).accepted).toBe(360)
  await page.getByRole('button', { name: 'Check now' }).click()
  const error = page.getByRole('figure', { name: /RMSE .* in 2012-03/ })
  await expect(error).toBeVisible()
  await expect(page.getByText(/Measured RMSE rose from .* to .* in 2012-0/)).toBeVisible()
  const drift = page.getByRole('figure', { name: /windows some of .* columns drifted, temp the most/ })
  await expect(drift).toContainText('2012-01')
  await drift.getByRole('button', { name: /show a table/ }).click()
  await expect(drift.getByRole('row', { name: /temp/ })).toContainText('●')
  await expect(page.getByRole('row', { name: /^temp KS/ })).toContainText('drifted')
  await expect(page.getByRole('row', { name: /^wind KS/ })).toContainText('no drift')
  await expectAccessible(page)

  await page.getByText('Last 62 days').click()
  await expect(page).toHaveURL(/grain=day/)
  await expect(page.getByRole('main').getByText(/No day has enough rows: at most \d+ rows/)).toBeVisible()
  await expectAccessible(page)

  await page.goto(base)
  await expect(page.getByText('1 endpoint with an alert.')).toBeVisible()
  await expect(page.getByRole('row', { name: /rentals/ })).toContainText('Alert')
  await expectAccessible(page)
  await page.setViewportSize({ width: 380, height: 800 })
  for (const path of ['', '/rentals', '/rentals?grain=day']) {
    await page.goto(`${base}${path}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expectNoOverflow(page)
  }
  await expectAccessible(page)
})

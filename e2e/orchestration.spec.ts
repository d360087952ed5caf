import { call, expect, expectAccessible, expectNoOverflow, instance, newProject, signIn, test } from './harness/test.ts'

/** A table that a network needs a while for. */
function table(rows: number): string {
  const lines = ['size,colour,price']
  for (let i = 0; i < rows; i++)
    lines.push(`${(i * 37) % 101},${['red', 'green', 'blue'][i % 3]},${((i * 37) % 101) * 3 + (i % 3)}`)
  return `${lines.join('\n')}\n`
}

test('jobs are seen while they run and after, each with its attempts and log, and can be cancelled', async ({
  page,
}) => {
  await signIn(page)
  const project = await newProject(page)
  const base = `${instance().url}/p/${project}/orchestration`

  await page.goto(base)
  await expect(page.getByRole('heading', { level: 1, name: 'Orchestration' })).toBeVisible()
  await expect(page.getByText('No jobs in the last hour')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('tab', { name: 'Schedules' }).click()
  await expect(page.getByText('No schedules')).toBeVisible()

  const upload = await page.request.post(`${instance().url}/api/v1/projects/${project}/uploads?filename=things.csv`, {
    data: table(4000),
    headers: { origin: instance().url, 'content-type': 'application/octet-stream' },
  })
  const { digest } = (await upload.json()) as { digest: string }
  await call(page, 'mutation', 'data.add', { project, name: 'things', fileName: 'things.csv', digest, target: 'price' })

  await page.goto(`${base}?tab=jobs`)
  const rows = page.getByRole('row')
  await expect(rows.filter({ hasText: 'Profile things v1' }).getByText('succeeded')).toBeVisible()
  await page.getByRole('link', { name: /^Read things\.csv/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Read things.csv')
  await expect(page.getByLabel('Log of the job')).toContainText('4000 rows, 3 columns')
  await expectAccessible(page)

  await call(page, 'mutation', 'training.launch', {
    project,
    data: 'things@1',
    target: 'price',
    trainers: ['mlp'],
    trials: 30,
    name: 'long',
  })
  await page.goto(base)
  await expect(
    page
      .getByRole('table')
      .getByText(/^running/)
      .first(),
  ).toBeVisible()
  await expectAccessible(page)
  await page.setViewportSize({ width: 380, height: 800 })
  await page.goto(base)
  await expect(page.getByRole('table')).toBeVisible()
  await expectNoOverflow(page)
  await page.goto(`${base}?tab=jobs&state=active`)
  await expect(rows.nth(1)).toBeVisible()
  await expectNoOverflow(page)

  await page.setViewportSize({ width: 1280, height: 800 })
  // The newest is the last in the queue: it cannot begin before it is cancelled.
  await rows.filter({ hasText: 'queued' }).first().getByRole('link').click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('cancelled')
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0)

  // The rest of the thirty would only keep the machine busy.
  const { items } = await call<{ items: { id: string }[] }>(page, 'query', 'orchestration.list', {
    project,
    state: 'active',
    limit: 200,
  })
  for (const { id } of items)
    await call(page, 'mutation', 'orchestration.cancel', { project, job: id }).catch(() => undefined)
  await expect
    .poll(
      async () =>
        (await call<{ items: unknown[] }>(page, 'query', 'orchestration.list', { project, state: 'active' })).items
          .length,
    )
    .toBe(0)
  await page.goto(`${base}?tab=jobs&state=cancelled`)
  await expect(page.getByText('Cancelled before it started.').first()).toBeVisible()
})

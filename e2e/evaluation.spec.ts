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

/** Homes; a `dear` town asks three times as much for the same. */
function homes(count: number, dear: boolean): string {
  const lines = ['area,kind,price']
  for (let i = 0; i < count; i++) {
    const area = 20 + ((i * 37) % 101)
    lines.push(`${area},${['flat', 'house'][i % 2]},${(dear ? 3 : 1) * (2 * area + 30 * (i % 2)) + ((i * 29) % 23)}`)
  }
  return `${lines.join('\n')}\n`
}

test('a run is measured on rows it has not seen, beside its validation rows', async ({ page, complaints }) => {
  await signIn(page)
  const project = await newProject(page)
  const base = `${instance().url}/p/${project}/evaluation`

  await page.goto(base)
  await expect(page.getByText('No evaluations yet')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'New evaluation' }).first().click()
  await expect(page.getByText('No succeeded runs')).toBeVisible()
  await expectAccessible(page)

  await addData(page, { project, name: 'homes', csv: homes(600, false), target: 'price' })
  await addData(page, { project, name: 'dear', csv: homes(500, true), target: 'price' })
  await addData(page, { project, name: 'bare', csv: 'area,price\n1,2\n3,4\n5,6\n', target: 'price' })
  const launched = { project, data: 'homes', target: 'price', task: 'regression', trainers: ['linear'], trials: 1 }
  const { experiment } = await call<{ experiment: string }>(page, 'mutation', 'training.launch', launched)
  const show = () =>
    call<{ status: string; items: { run: string }[] }>(page, 'query', 'training.show', { project, experiment })
  await expect.poll(async () => (await show()).status, { timeout: 120_000 }).toBe('succeeded')
  const { run } = (await show()).items[0]!

  // From a run's page one comes here with the run chosen.
  await page.goto(`${base}?run=${run}`)
  await expect(page).toHaveURL(new RegExp(`/evaluation/new\\?run=${run}`))
  await page.getByRole('combobox', { name: 'Dataset' }).click()
  await page.getByRole('option', { name: 'homes' }).click()
  await expect(page.getByText(/metrics are optimistic/)).toBeVisible()
  await page.getByRole('combobox', { name: 'Dataset' }).click()
  await page.getByRole('option', { name: 'bare' }).click()
  await page.getByRole('button', { name: 'Evaluate' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'kind: expected a word, got no such column' })).toBeVisible()
  // The refusal itself, which the browser notes down.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('422')])
  await page.getByRole('combobox', { name: 'Dataset' }).click()
  await page.getByRole('option', { name: 'dear' }).click()
  await expect(page.getByText(/predicts 500 rows of dear v1/)).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Evaluate' }).click()

  await expect(page.getByRole('heading', { level: 1 })).toContainText('on dear v1')
  await expect(page.getByText(/RMSE .* on 500 rows; .* on its validation rows, which are others/)).toBeVisible()
  // Other rows: intervals, but no verdict.
  await expect(page.getByRole('row', { name: /^RMSE/ })).not.toContainText(/worse|better|tied/)
  await expect(page.getByRole('figure')).toHaveCount(3)
  await expectAccessible(page)
  const measured = page.url()

  await page.goto(base)
  await expect(page.getByRole('row', { name: /dear v1/ })).toContainText('new rows')
  await expectAccessible(page)
  await page.setViewportSize({ width: 380, height: 800 })
  for (const address of [base, `${base}/new`, measured]) {
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expectNoOverflow(page)
  }
  await expectAccessible(page)
})

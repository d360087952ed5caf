import { createRandom } from '#ml/index.ts'
import {
  call,
  expect,
  expectAccessible,
  expectNoOverflow,
  instance,
  newProject,
  signIn,
  test,
} from '../harness/test.ts'

/** Names that nothing can know: the table, its columns and its target are new in every run. */
const seed = process.pid * 1000 + (Math.floor(performance.timeOrigin) % 1000)
const random = createRandom(seed)
const word = (prefix: string) => `${prefix}_${Math.floor(random.next() * 36 ** 6).toString(36)}`
const [size, place, colour, when, target] = ['s', 'p', 'c', 'w', 't'].map(word) as [
  string,
  string,
  string,
  string,
  string,
]
const dataset = word('table').replaceAll('_', '-')
const model = word('model').replaceAll('_', '-')
const COLOURS = ['red', 'green', 'blue, dark']

type Row = Record<string, string | number>

/** One row an hour; from `drift` on sizes are larger than they ever were, and worth less. */
function makeRows(count: number, from: string, drift: boolean): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const s = Number(((drift ? 6 : 0) + random.next() * 4).toFixed(3))
    const p = Math.floor(random.next() * 10)
    const c = COLOURS[Math.floor(random.next() * 3)]!
    const truth = 10 + s * (drift ? -2 : 5) + (p % 3) * 4 + (c === 'red' ? 8 : 0) + random.normal()
    return {
      [size]: s,
      [place]: p,
      [colour]: c,
      [when]: new Date(Date.parse(from) + i * 3_600_000).toISOString(),
      [target]: Number(truth.toFixed(3)),
    }
  })
}

const csvOf = (rows: Row[]) => {
  const cell = (v: string | number) => (/[",\n]/.test(String(v)) ? `"${String(v)}"` : String(v))
  return [Object.keys(rows[0]!), ...rows.map(r => Object.values(r))].map(r => r.map(cell).join(',')).join('\r\n')
}

test('from a file nobody knows to a rollback', async ({ page }) => {
  test.info().annotations.push({ type: 'seed', description: String(seed) })
  test.setTimeout(420_000)
  await signIn(page)
  const project = await newProject(page)
  const at = (path: string) => `${instance().url}/p/${project}${path}`
  const settled = async () => {
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expectAccessible(page)
  }

  await test.step('upload, preview, profile, schema', async () => {
    await page.goto(at('/data'))
    await expect(page.getByText('Upload a table to start: one row per example.')).toBeVisible()
    await page.getByLabel('Choose a file').setInputFiles({
      name: `${dataset}.csv`,
      mimeType: 'text/csv',
      buffer: Buffer.from(csvOf(makeRows(1200, '2024-01-01T00:00:00Z', false))),
    })
    await expect(page.getByLabel('Dataset name')).toHaveValue(dataset)
    const predict = page.getByRole('combobox', { name: 'Target' })
    await predict.fill(target)
    await page.getByRole('option', { name: target }).click()
    await page.getByRole('button', { name: 'Add data' }).last().click()
    await page.getByRole('link', { name: `Open ${dataset}` }).click()
    await page.waitForURL(`**/data/${dataset}`)
    await expect(page.getByRole('columnheader', { name: target })).toBeVisible()
    await expect(page.getByText('1,200 rows, 5 columns')).toBeVisible()
    await settled()
    await page.getByRole('tab', { name: 'Profile' }).click()
    await expect(page.getByText(colour).first()).toBeVisible()
    await settled()
    await page.getByRole('tab', { name: 'Schema' }).click()
    await expect(page.getByRole('combobox', { name: `Role of ${target}` })).toHaveValue('target')
    await expect(page.getByRole('combobox', { name: `Role of ${when}` })).toHaveValue('time')
    await settled()
  })

  await test.step('the same bytes make no second version', async () => {
    const { versions } = await call<{ versions: unknown[] }>(page, 'query', 'data.show', { project, dataset })
    expect(versions).toHaveLength(1)
  })

  await test.step('an experiment in four choices, watched to its end', async () => {
    await page.getByRole('link', { name: 'Train a model' }).click()
    await page.waitForURL('**/training/new**')
    await expect(page.getByRole('combobox', { name: 'Target' })).toHaveValue(new RegExp(target))
    await expect(page.getByText(/^Regression:/)).toBeVisible()
    await page.getByLabel('Runs', { exact: true }).fill('5')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.waitForURL('**/training/experiments/**')
    await expect(page.getByText('5 runs: 5 succeeded.')).toBeVisible({ timeout: 180_000 })
    await settled()
  })
  const experiment = decodeURIComponent(page.url().split('/').at(-1)!.split('?')[0]!)

  await test.step('the best run becomes version 1, and answers', async () => {
    await page.getByRole('button', { name: /^Register #/ }).click()
    await page.getByRole('dialog').getByLabel('Model').fill(model)
    await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
    await page.waitForURL(`**/registry/${model}`)
    await settled()
    await page.getByRole('link', { name: 'Promote v1' }).first().click()
    await page.waitForURL('**/promote**')
    await expect(
      page.getByText('will be created and serve this version about a second after you confirm'),
    ).toBeVisible()
    await settled()
    await page.getByRole('button', { name: 'Promote v1' }).click()
    await page.waitForURL(`**/serving/${model}`)
    await expect(page.getByText(`Serves ${model} v1`)).toBeVisible()
  })

  await test.step('try it: an answer, and a fault that names its cell', async () => {
    await page.getByRole('button', { name: 'Predict' }).click()
    await expect(page.getByText(`${model} v1,`)).toBeVisible()
    await settled()
  })

  await test.step('a second version is promoted and rolled back', async () => {
    const { items } = await call<{ items: { run: string; best: boolean; status: string; trainer: string }[] }>(
      ...[page, 'query' as const, 'training.show', { project, experiment }],
    )
    const second = items.find(r => !r.best && r.trainer !== 'baseline')!
    await page.goto(at(`/training/runs/${second.run}`))
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByRole('dialog').getByLabel('Model').fill(model)
    await expect(page.getByText(`Creates version 2 of ${model}`)).toBeVisible()
    await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
    await page.waitForURL(`**/registry/${model}`)
    await page.getByRole('link', { name: 'Promote v2' }).first().click()
    await expect(page.getByText(`It replaces ${model} v1`)).toBeVisible()
    await page.getByLabel('Reason').fill('to see it answer')
    await page.getByRole('button', { name: 'Promote v2' }).click()
    await page.waitForURL(`**/serving/${model}`)
    await expect(page.getByText(`Serves ${model} v2`)).toBeVisible()
    await page.getByRole('button', { name: 'Roll back' }).first().click()
    await expect(page.getByText('v1 replaces v2')).toBeVisible()
    await page.getByRole('dialog').getByLabel('Reason').fill('the first was better')
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
    await expect(page.getByText(`Serves ${model} v1`)).toBeVisible()
    await page.getByRole('tab', { name: 'History' }).click()
    await expect(page.getByRole('row', { name: /rolled back.*the first was better/ })).toBeVisible()
    await expect(page.getByRole('row', { name: /promoted.*to see it answer/ })).toBeVisible()
    await settled()
  })

  await test.step('traffic of another year with late true values: drift and error show', async () => {
    const { token } = await call<{ token: string }>(page, 'mutation', 'access.createToken', {
      project,
      name: 'traffic',
      role: 'engineer',
    })
    const send = async (path: string, body: unknown) => {
      const answer = await fetch(`${instance().inferenceUrl}/${project}/endpoints/${model}/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: answer.status, body: (await answer.json()) as Record<string, never> }
    }
    const rows = makeRows(400, '2025-03-01T00:00:00Z', true)
    const asked = rows.map(({ [target]: _, ...row }) => row)
    const predicted = await send('predict', { rows: asked, times: rows.map(r => r[when]) })
    expect(predicted.status).toBe(200)
    const { ids } = predicted.body as unknown as { ids: string[] }
    const feedback = await send('feedback', { rows: rows.map((r, i) => ({ id: ids[i], actual: r[target] })) })
    expect(feedback.body).toMatchObject({ accepted: 400, unknown: [] })
    const wrong = await send('predict', { rows: [{ ...asked[0], [size]: 'large' }] })
    // A new endpoint is lenient: what cannot be understood fails its row.
    expect(wrong.status).toBe(200)
    expect(wrong.body).toMatchObject({
      predictions: [null],
      errors: [{ row: 0, column: size, got: expect.stringContaining('large') }],
    })

    await page.goto(at(`/monitoring/${model}`))
    await page.getByRole('button', { name: 'Check now' }).click()
    await expect(page.getByRole('figure', { name: /Shift|drift/i }).first()).toContainText('2025-03', {
      timeout: 60_000,
    })
    const status = await call<{ verdict: string; columns: { name: string; drifted: boolean }[] }>(
      ...[page, 'query' as const, 'monitoring.status', { project, endpoint: model }],
    )
    expect(status.verdict).toBe('alert')
    expect(status.columns.find(c => c.name === size)?.drifted).toBe(true)
    expect(status.columns.find(c => c.name === place)?.drifted).toBe(false)
    await settled()
  })

  await test.step('who did it is written down, and all of it fits a phone', async () => {
    await page.goto(at('/access?tab=audit'))
    await expect(page.getByRole('row', { name: /Rollback endpoint/ }).first()).toBeVisible()
    await settled()
    await page.setViewportSize({ width: 380, height: 800 })
    for (const path of [
      ...['', '/data', `/data/${dataset}`, '/training', `/training/experiments/${experiment}`, '/evaluation'],
      ...['/registry', `/registry/${model}`, `/registry/${model}/promote`, '/serving', `/serving/${model}`],
      ...['/monitoring', `/monitoring/${model}`, '/orchestration', '/access', '/access?tab=audit'],
    ]) {
      await page.goto(at(path))
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
      await expectNoOverflow(page)
    }
  })
})

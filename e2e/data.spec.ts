import type { Page } from '@playwright/test'
import { startPagedApi } from './harness/paged-api.ts'
import {
  addData,
  expect,
  expectAccessible,
  expectNoOverflow,
  instance,
  newProject,
  signIn,
  test,
} from './harness/test.ts'

/** Guests of a ship: `rescued` says in words what `survived` says in numbers; the second table has other fares. */
function guests(count: number, fare: number): string {
  const lines = ['ticket,age,fare,deck,rescued,survived']
  for (let i = 0; i < count; i++) {
    const lives = (i * 7919) % 10 < 4
    const age = i % 11 === 0 ? '' : 1 + ((i * 37) % 80)
    lines.push(
      `T${1000 + i},${age},${fare + ((i * 13) % 40) + (lives ? 10 : 0)},${'ABC'[i % 3]},${lives ? 'yes' : 'no'},${lives ? 1 : 0}`,
    )
  }
  return `${lines.join('\n')}\n`
}

const settled = async (page: Page) => {
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
  await expectAccessible(page)
}

test('can this version be trusted, and what changed in the next one', async ({ page }) => {
  test.setTimeout(240_000)
  await signIn(page)
  const project = await newProject(page)
  const at = (tab: string, more = '') => `${instance().url}/p/${project}/data/guests?tab=${tab}${more}`
  await addData(page, { project, name: 'guests', csv: guests(600, 10), target: 'survived' })

  await test.step('the profile opens the rows behind a bar', async () => {
    await page.goto(at('profile'))
    await expect(page.getByText('deck').first()).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('heading', { name: 'Columns', exact: true })).toBeVisible({ timeout: 30_000 })
    await settled(page)
    await page
      .getByRole('region', { name: 'Columns of the profile' })
      .getByRole('button', { name: 'deck', exact: true })
      .click()
    await page.getByTitle('Show rows where deck is B').click()
    await expect(page.getByRole('tab', { name: 'Preview', selected: true })).toBeVisible()
    await expect(page.getByText('200 rows of 600')).toBeVisible({ timeout: 30_000 })
    await settled(page)
  })

  await test.step('a column that leaks the target is found, and ignored with one click', async () => {
    await page.goto(at('leaks'))
    const leak = page.locator('section').filter({ has: page.getByRole('heading', { name: 'rescued' }) })
    await expect(leak.getByText('Target leakage')).toBeVisible({ timeout: 30_000 })
    await settled(page)
    await leak.getByRole('button', { name: 'Ignore this column' }).click()
    await expect(leak.getByText('Ignored')).toBeVisible()
    await page.goto(at('schema'))
    await expect(page.getByRole('combobox', { name: 'Role of rescued' })).toHaveValue('ignore')
  })

  await test.step('expectations are suggested, applied, and hold', async () => {
    await page.goto(at('quality'))
    await page.getByRole('button', { name: 'Suggest from profile' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Add \d+ expectations$/ })
      .click()
    await page.getByRole('button', { name: 'Check now' }).click()
    await expect(page.getByText('passes', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
    await settled(page)
  })

  await test.step('SQL answers, says where it is wrong, and cannot leave the version', async () => {
    await page.goto(at('explore'))
    const ask = async (sql: string) => {
      await page.getByRole('textbox', { name: 'Query' }).fill(sql)
      await page.getByRole('textbox', { name: 'Query' }).press('Control+Enter')
    }
    await ask('SELECT deck, count(*) AS n FROM data GROUP BY 1 ORDER BY 1')
    await expect(page.getByText('200').first()).toBeVisible({ timeout: 30_000 })
    await settled(page)
    await ask("SELECT * FROM read_csv('/etc/passwd')")
    await expect(page.getByRole('main').getByRole('alert')).toBeVisible({ timeout: 30_000 })
  })

  await test.step('a recipe is built with a preview, saved, and offered to experiments', async () => {
    await page.goto(at('recipe'))
    await page.getByRole('button', { name: 'Add step' }).click()
    await page.getByRole('menuitem', { name: /Power transform/ }).click()
    await page.getByRole('combobox', { name: 'Columns' }).click()
    await page.getByRole('option', { name: 'fare' }).click()
    await page.keyboard.press('Escape')
    await expect(page.getByText(/^fare: the logarithm/)).toBeVisible()
    await settled(page)
    await page.getByLabel('Recipe name').fill('calm')
    await page.getByRole('button', { name: 'Save recipe' }).click()
    await expect(page.getByText('Saved calm v1.')).toBeVisible()
    await page.goto(`${instance().url}/p/${project}/training/new?data=guests&target=survived`)
    await page.getByRole('button', { name: /^Advanced/ }).click()
    await page.getByRole('combobox', { name: 'Recipe' }).click()
    await page.getByRole('option', { name: /calm/ }).click()
    await expect(page.getByText(/recipe calm/)).toBeVisible()
  })

  await addData(page, { project, name: 'guests', csv: guests(640, 55), target: 'survived' })

  await test.step('the second version: what came, what went, what shifted', async () => {
    await page.goto(at('diff', '&by=ticket'))
    await expect(page.getByText('Shifted').first()).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText('matched by ticket')).toBeVisible()
    await settled(page)
  })

  await test.step('the second version breaks what was expected of the first', async () => {
    await page.goto(at('quality'))
    await expect(
      page
        .getByText('fails', { exact: true })
        .or(page.getByText('warns', { exact: true }))
        .first(),
    ).toBeVisible({
      timeout: 30_000,
    })
    await settled(page)
  })

  await test.step('where it came from, and a note why', async () => {
    await page.goto(at('versions'))
    await page.getByRole('button', { name: 'Note and tags of v2' }).click()
    await page.getByRole('dialog').getByLabel('Note').fill('Fares of the new season')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(page.getByText('Fares of the new season')).toBeVisible()
    await settled(page)
    await page.goto(at('lineage'))
    await expect(page.getByRole('link', { name: /guests v2/ }).first()).toBeVisible({ timeout: 30_000 })
    await settled(page)
  })

  await test.step('on a phone nothing is wider than the screen', async () => {
    await page.setViewportSize({ width: 380, height: 800 })
    for (const tab of [
      'preview',
      'profile',
      'schema',
      'quality',
      'leaks',
      'diff',
      'explore',
      'recipe',
      'versions',
      'lineage',
      'settings',
    ]) {
      await page.goto(at(tab))
      await expect(page.getByRole('tab', { selected: true })).toBeVisible()
      await expectNoOverflow(page)
    }
    await page.goto(`${instance().url}/p/${project}/data/add`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectNoOverflow(page)
    await settled(page)
  })
})

test('rows of an API are fetched by its pages, and again when there are more', async ({ page, complaints }) => {
  test.setTimeout(120_000)
  const api = await startPagedApi(130)
  try {
    await signIn(page)
    const project = await newProject(page)
    const base = `${instance().url}/p/${project}/data`
    await page.goto(`${base}/add?from=url`)
    await page.getByLabel('URL', { exact: false }).fill('http://10.0.0.1/orders')
    await page.getByLabel('Dataset name').fill('orders')
    await page.getByRole('button', { name: 'Import' }).click()
    await expect(page.getByText(/FLEXIML_PRIVATE_NETWORKS/).first()).toBeVisible({ timeout: 30_000 })

    // A refusal is an answer with a status that the browser tells of.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('403')])

    await page.goto(`${base}/add?from=url`)
    await page.getByLabel('URL', { exact: false }).fill(api.url)
    await page.getByRole('button', { name: 'Add header' }).click()
    await page.getByRole('textbox', { name: 'Header 1' }).fill('Authorization')
    await page.getByLabel('Value', { exact: true }).fill(api.key)
    await page.getByRole('combobox', { name: 'Pagination' }).click()
    await page.getByRole('option', { name: 'Cursor' }).click()
    await page.getByLabel('Dataset name').fill('orders')
    await settled(page)
    await page.getByRole('button', { name: 'Import' }).click()
    await expect(page.getByText('orders v1 added: 130 rows, 3 columns.')).toBeVisible({ timeout: 60_000 })
    await page.getByRole('link', { name: 'Review schema' }).click()
    await expect(page.getByRole('combobox', { name: 'Role of order' })).toHaveValue('id')

    await page.goto(`${base}/orders?tab=settings`)
    await expect(page.getByText(/Authorization/)).toBeVisible()
    expect(await page.content()).not.toContain(api.key)
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await expect(page.getByText('No changes since v1')).toBeVisible({ timeout: 60_000 })
    api.grow(150)
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await expect(page.getByText('Created v2.')).toBeVisible({ timeout: 60_000 })
    await settled(page)
  } finally {
    await api.close()
  }
})

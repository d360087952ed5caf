import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startInstance } from './harness/start-instance.ts'
import { call, expect, expectAccessible, expectNoOverflow, instance, newProject, signIn, test } from './harness/test.ts'

const PASSWORD = 'a compiler for cobol'

/** What the command line on the machine of an instance prints as a link, as a path of that instance. */
async function linkFrom(home: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bin/cli.ts', 'user', ...args],
    { cwd: join(import.meta.dirname, '..'), env: { ...process.env, DATABASE_URL: '', FLEXIML_HOME: home } },
  )
  return new URL(/https?:\S+/.exec(stdout)![0]).pathname
}

test('a project is started, a colleague invited by a link, and joins as what was offered', async ({
  page,
  browser,
}) => {
  await signIn(page)
  await page.goto(`${instance().url}/projects/new`)
  await page.getByRole('textbox', { name: 'Name' }).fill(`Team ${process.pid}`)
  await expect(page.getByRole('textbox', { name: 'URL slug' })).toHaveValue(`team-${process.pid}`)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create project' }).click()
  await page.waitForURL(`**/p/team-${process.pid}`)

  await page.goto(`${instance().url}/p/team-${process.pid}/access`)
  await expect(page.getByText('Your role: owner. 1 member, 1 owner.')).toBeVisible()
  await page.getByRole('button', { name: 'Add member' }).click()
  await page.getByRole('textbox', { name: 'E-mail' }).fill(`grace-${process.pid}@example.org`)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create invitation link' }).click()
  const link = (await page.getByTestId('shown-once').textContent())!
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'open' })).toContainText('engineer')

  const other = await browser.newContext({ viewport: { width: 380, height: 800 }, colorScheme: 'dark' })
  const phone = await other.newPage()
  await phone.goto(link)
  await expect(phone.getByText('invites you as engineer')).toBeVisible()
  await expectAccessible(phone)
  await expectNoOverflow(phone)
  await phone.getByRole('textbox', { name: 'Your name' }).fill('Grace Hopper')
  await phone.locator('input[name=password]').fill(PASSWORD)
  await phone.getByRole('button', { name: 'Create account and join' }).click()
  await phone.waitForURL(`**/p/team-${process.pid}`)
  for (const view of ['members', 'tokens', 'audit']) {
    await phone.goto(`${instance().url}/p/team-${process.pid}/access?tab=${view}`)
    await expect(phone.getByText('Your role: engineer')).toBeVisible()
    await expectAccessible(phone)
    await expectNoOverflow(phone)
  }
  await expect(phone.getByText('The audit log is for approvers and owners')).toBeVisible()

  // The owner's page hears of it by itself.
  await expect(page.getByRole('row').filter({ hasText: 'Grace Hopper' })).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: 'accepted' })).toBeVisible()

  // A link that was used is dead, and says so.
  const third = await browser.newContext()
  const late = await third.newPage()
  await late.goto(link)
  await expect(late.getByRole('alert', { name: 'This invitation is not valid' })).toBeVisible()
  await expectAccessible(late)
  await third.close()
  await other.close()
})

test('a token is shown once, works, and is refused after it was revoked', async ({ page, request }) => {
  await signIn(page)
  const project = await newProject(page)
  await page.goto(`${instance().url}/p/${project}/access?tab=tokens`)
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('notebook')
  await page.getByRole('button', { name: 'Create token' }).click()
  const token = (await page.getByTestId('shown-once').textContent())!
  expect(token).toMatch(/^flx_/)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByText(token)).toHaveCount(0)

  const read = () =>
    request.get(`${instance().url}/api/trpc/data.list?input=%7B%7D`, { headers: { authorization: `Bearer ${token}` } })
  expect((await read()).status()).toBe(200)
  await page.getByRole('button', { name: 'Revoke notebook' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
  await expect(page.getByRole('row').filter({ hasText: 'notebook' })).toContainText('revoked')
  expect((await read()).status()).toBe(401)

  await page.getByRole('tab', { name: 'Audit' }).click()
  const rows = page.getByRole('row')
  await expect(rows.nth(1)).toContainText('revoked token')
  await expectAccessible(page)
  await page
    .getByRole('combobox', { name: 'Outcome' })
    .or(page.getByRole('textbox', { name: 'Outcome' }))
    .first()
    .click()
  await page.getByRole('option', { name: 'done' }).click()
  await expect(rows.nth(1)).toContainText('Revoke token')
  await expect(page).toHaveURL(/outcome=done/)
})

test('a project is renamed and archived, and a file for an existing dataset keeps its target', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  const base = `${instance().url}/p/${project}`

  await test.step('an empty home starts with data; the review says what follows', async () => {
    await page.goto(base)
    await expect(page.getByRole('link', { name: 'New experiment' })).toHaveCount(0)
    const rows = (levels: string[], n: number) =>
      ['kind,size,price', ...Array.from({ length: n }, (_, i) => `${levels[i % levels.length]},${i % 7},${i}`)].join(
        '\n',
      )
    const choose = (csv: string) =>
      page
        .getByLabel('Choose a file')
        .setInputFiles({ name: 'flats.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await choose(rows(['flat', 'house'], 60))
    await page.getByRole('combobox', { name: 'Target' }).fill('price')
    await page.getByRole('option', { name: 'price' }).click()
    await page.getByRole('checkbox', { name: 'Select kind' }).check()
    await page.getByRole('checkbox', { name: 'Select size' }).check()
    await page.getByRole('combobox', { name: 'Set role of the selected columns' }).click()
    await page.getByRole('option', { name: 'ignore' }).click()
    await expect(page.getByRole('combobox', { name: 'Role of size' })).toHaveValue('ignore')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Add dataset' }).click()
    await expect(page.getByRole('link', { name: 'Train a model for price' })).toBeVisible()

    await page.goto(`${base}/data/add`)
    await choose(rows(['flat', 'castle', ''], 66))
    await expect(page.getByText('Exists: this file becomes version 2.')).toBeVisible()
    await expect(page.getByRole('combobox', { name: 'Target' })).toHaveValue('price')
    const changes = page.getByRole('region', { name: 'Differences from flats v1' })
    await expect(changes.getByRole('row').filter({ hasText: '“castle”' })).toContainText('new category')
    await expect(changes.getByRole('row').filter({ hasText: '33.3 %' })).toContainText('missing')
    await expectAccessible(page)
    await page.setViewportSize({ width: 380, height: 800 })
    // The navigation leaves the screen by an animation.
    await expect(() => expectNoOverflow(page)).toPass({ timeout: 10_000 })
    await expect(page.getByRole('button', { name: 'Add version 2' })).toBeInViewport()
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole('button', { name: 'Add version 2' }).click()
    await expect(page.getByText('flats v2 added: 66 rows, 3 columns.')).toBeVisible()
  })

  await test.step('a job names who asked', async () => {
    await page.goto(`${base}/orchestration?tab=jobs`)
    const { name } = await call<{ name: string }>(page, 'query', 'access.me', {})
    await expect(page.getByRole('row').filter({ hasText: 'Read flats.csv as flats' }).first()).toContainText(name)
  })

  await test.step('the name changes, the address stays', async () => {
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.waitForURL(`${base}/settings`)
    await expectAccessible(page)
    await page.getByRole('textbox', { name: 'Name' }).fill('Flats & houses')
    await page.getByRole('textbox', { name: 'Description' }).fill('Prices by region.')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('button', { name: 'Flats & houses, switch project' })).toBeVisible()
    await page.goto(base)
    await expect(page.getByRole('heading', { level: 1, name: 'Flats & houses' })).toBeVisible()
  })

  await test.step('the audit log names its subjects, is searched, and exported', async () => {
    await page.goto(`${base}/access?tab=audit`)
    await page.getByRole('searchbox', { name: 'Search the audit log' }).fill('flats.csv')
    await expect(page).toHaveURL(/find=flats\.csv/)
    await expect(page.getByRole('row').nth(1).getByRole('link', { name: 'flats' })).toHaveAttribute(
      'href',
      `/p/${project}/data/flats`,
    )
    await page.getByRole('textbox', { name: 'To' }).fill('2001-01-01')
    await page.getByRole('textbox', { name: 'To' }).press('Enter')
    await expect(page.getByText('No entry matches these filters')).toBeVisible()
    await page.getByRole('button', { name: 'Clear the filters' }).first().click()
    await expect(page.getByRole('link', { name: 'Export JSON' })).toHaveAttribute('href', /format=json/)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toBe(`audit-${project}.csv`)
    await expectAccessible(page)
  })

  await test.step('archived it is read-only and hidden, restored it is as before', async () => {
    await page.goto(`${base}/settings`)
    await page.getByRole('button', { name: 'Archive the project' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Endpoints stop' }).check()
    await expect(dialog.getByRole('button', { name: 'Archive' })).toBeDisabled()
    await dialog.getByRole('textbox', { name: `Type ${project} to confirm` }).fill(project)
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Archive' }).click()
    await expect(page.getByText('This project is archived.')).toBeVisible()
    await page.goto(`${base}/data`)
    await expect(page.getByRole('link', { name: 'Add data' })).toHaveCount(0)
    await expect(call(page, 'mutation', 'access.invite', { project, role: 'viewer' })).resolves.toBeTruthy()
    await expect(
      call(page, 'mutation', 'data.add', { project, name: 'x', fileName: 'x', digest: 'a'.repeat(64) }),
    ).rejects.toThrow(/is archived/)
    await page.goto(`${instance().url}/projects`)
    await expect(page.getByRole('link', { name: 'Flats & houses' })).toHaveCount(0)
    await page.getByRole('switch', { name: 'Show archived' }).click()
    await expect(page.getByRole('row').filter({ hasText: 'Flats & houses' })).toContainText('archived')
    await expectAccessible(page)
    await page.goto(`${base}/settings`)
    await page.getByRole('button', { name: 'Restore the project' }).click()
    await expect(page.getByText('This project is archived.')).toHaveCount(0)
  })
})

test('a session ends where the person ends it; the password is changed; a wrong one is refused in words', async ({
  browser,
  complaints,
  page,
}) => {
  await signIn(page)
  const project = await newProject(page)
  const email = `edith-${process.pid}@example.org`
  const { link } = await call<{ link: string }>(page, 'mutation', 'access.invite', { project, role: 'viewer', email })
  await page.goto(`${instance().url}/account`)
  await expect(page.getByText('this session')).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Instance audit log' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'Sign in' }).first()).toBeVisible()
  await expectAccessible(page)

  const contexts = await Promise.all([browser.newContext(), browser.newContext()])
  const [desk, phone] = [await contexts[0]!.newPage(), await contexts[1]!.newPage()]
  await desk.goto(link)
  await desk.getByRole('textbox', { name: 'Your name' }).fill('Edith Clarke')
  await desk.locator('input[name=password]').fill('Password1234')
  await desk.getByRole('button', { name: 'Create account and join' }).click()
  await expect(desk.getByText('This password is too common')).toBeVisible()
  await expectAccessible(desk)
  await desk.locator('input[name=password]').fill(PASSWORD)
  await desk.getByRole('button', { name: 'Create account and join' }).click()
  await desk.waitForURL(`**/p/${project}`)
  await expect(desk.getByRole('link', { name: 'New experiment' })).toHaveCount(0)
  await desk.goto(`${instance().url}/p/${project}/data`)
  await expect(desk.getByText('Requires the role engineer')).toBeVisible()
  await expectAccessible(desk)

  await phone.goto(`${instance().url}/sign-in?callbackUrl=${encodeURIComponent('//evil.test/')}`)
  await phone.getByLabel(/^E-mail/).fill(email)
  await phone.locator('input[type=password]').fill('not the password')
  await phone.getByRole('button', { name: 'Sign in' }).click()
  await expect(phone.getByRole('alert').filter({ hasText: 'E-mail or password is wrong.' })).toBeVisible()
  await phone.locator('input[type=password]').fill(PASSWORD)
  await phone.getByRole('button', { name: 'Sign in' }).click()
  await phone.waitForURL(url => url.origin === instance().url && !url.pathname.startsWith('/sign-in'))

  await desk.goto(`${instance().url}/account`)
  await expect(desk.getByRole('row')).toHaveCount(3)
  await desk.getByRole('button', { name: /^Sign out Chrome/ }).click()
  await expect(desk.getByRole('row')).toHaveCount(2)
  await phone.goto(`${instance().url}/account`)
  await phone.waitForURL(/\/sign-in/)

  await desk.getByLabel(/^Current password/).fill(PASSWORD)
  await desk.getByLabel(/^New password/).fill('a calculator of transmission lines')
  await desk.getByRole('button', { name: 'Change password' }).click()
  await expect(desk.getByRole('status')).toContainText('Password changed.')
  await desk.getByRole('button', { name: 'Sign out', exact: true }).click()
  await desk.waitForURL(/\/sign-in/)
  for (const context of contexts) await context.close()
  // Refused requests of the other browsers are not heard here; this page's browser has nothing to complain of.
  expect(complaints).toEqual([])
})

test('a reset link made on the machine lets its person choose a new password, once', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  const email = `mary-${process.pid}@example.org`
  const { link } = await call<{ link: string }>(page, 'mutation', 'access.invite', { project, role: 'viewer', email })
  const token = link.split('/').at(-1)
  await call(page, 'mutation', 'access.joinByInvitation', { token, name: 'Mary', email, password: PASSWORD })
  const reset = await linkFrom(instance().home, 'reset', email)
  // An open dashboard would keep polling without its cookies.
  await page.goto('about:blank')
  await page.context().clearCookies()
  await page.goto(`${instance().url}${reset}`)
  await expect(page.getByRole('textbox', { name: 'E-mail' })).toHaveValue(email)
  await expectAccessible(page)
  await page.getByLabel(/^New password/).fill('mechanism of the heavens')
  await page.getByRole('button', { name: 'Change password and sign in' }).click()
  await page.waitForURL(`**/p/${project}`)
})

test('whoever starts a server becomes its administrator by the link it printed', async ({ page }) => {
  const fresh = await startInstance({ FLEXIML_ADMIN_EMAIL: '', FLEXIML_ADMIN_PASSWORD: '' })
  try {
    const first = /one-time link[^\n]*: (http\S+)/.exec(fresh.printed())![1]!
    await page.goto(first)
    await expectAccessible(page)
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ada Lovelace')
    await page.getByRole('textbox', { name: 'E-mail' }).fill('ada@example.org')
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL(`${fresh.url}/projects`)
    await expect(page.getByRole('heading', { name: 'No projects' })).toBeVisible()
    await expectAccessible(page)
    await page.getByRole('main').getByRole('link', { name: 'New project' }).first().click()
    await page.waitForURL(`${fresh.url}/projects/new`)
  } finally {
    // The page must not miss its server.
    await page.goto('about:blank')
    await fresh.stop()
  }
})

import { expect, expectAccessible, expectNoOverflow, instance, newProject, signIn, test } from './harness/test.ts'

const WORDS = ['Data', 'Training', 'Evaluation', 'Registry', 'Serving', 'Monitoring', 'Orchestration', 'Access']

test('whoever is not signed in is led to sign in and back to where they went', async ({ page }) => {
  await page.goto(`${instance().url}/projects`)
  await page.waitForURL(/\/sign-in/)
  await page.getByLabel(/^E-mail/).fill(instance().email)
  await page.locator('input[type=password]').fill(instance().password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/projects')
})

test('the eight words are reachable, each page is accessible and has one heading', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  await page.goto(`${instance().url}/p/${project}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(project)
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await expectAccessible(page)
  for (const word of WORDS) {
    await page.getByRole('navigation', { name: 'Lifecycle' }).getByRole('link', { name: word, exact: true }).click()
    await page.waitForURL(`**/p/${project}/${word.toLowerCase()}**`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expect(page.getByRole('navigation', { name: 'Breadcrumb' })).toContainText(word)
    await page.waitForLoadState('networkidle').catch(() => undefined)
    await expectAccessible(page)
  }
})

test('the palette goes places from the keyboard', async ({ page }) => {
  await signIn(page)
  const project = await newProject(page)
  await page.goto(`${instance().url}/p/${project}`)
  await page.keyboard.press('ControlOrMeta+k')
  const search = page.getByRole('textbox', { name: 'Search or run a command' })
  await search.fill('regis')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/p/${project}/registry`)
})

test('light and dark are remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await signIn(page)
  const html = page.locator('html')
  await expect(html).toHaveAttribute('data-mantine-color-scheme', 'light')
  await page.getByRole('button', { name: 'Account and theme' }).click()
  await page.getByRole('menuitem', { name: 'Light or dark' }).click()
  await expect(html).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await page.reload()
  await expect(html).toHaveAttribute('data-mantine-color-scheme', 'dark')
})

test('at 380 px nothing overflows, and the burger opens the navigation', async ({ page }) => {
  await page.setViewportSize({ width: 380, height: 800 })
  await signIn(page)
  const project = await newProject(page)
  for (const word of ['', ...WORDS.map(w => `/${w.toLowerCase()}`)]) {
    await page.goto(`${instance().url}/p/${project}${word}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expectNoOverflow(page)
  }
  await page.getByRole('button', { name: 'Open the navigation' }).click()
  await page.getByRole('link', { name: 'Serving', exact: true }).click()
  await page.waitForURL(`**/p/${project}/serving`)
})

test('a project that is not there says so', async ({ page, complaints }) => {
  await signIn(page)
  const answer = await page.goto(`${instance().url}/p/no-such-project/data`)
  expect(answer?.status()).toBe(404)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found')
  // The browser tells of the 404 that was asked for, and of those of its lists.
  complaints.splice(0, complaints.length, ...complaints.filter(c => !c.includes('404')))
})

test('signing out in one tab leaves no other tab behind', async ({ page, context, complaints }) => {
  await signIn(page)
  const project = await newProject(page)
  const other = await context.newPage()
  await other.goto(`${instance().url}/p/${project}/data`)
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible()
  await page.goto(`${instance().url}/p/${project}`)
  await page.getByRole('button', { name: 'Account and theme' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL(/\/sign-in/)
  await other.waitForURL(/\/sign-in\?callbackUrl=/, { timeout: 30_000 })
  // The refusals that led there are told by the browser.
  complaints.splice(0, complaints.length, ...complaints.filter(c => !c.includes('401')))
})

test('eight tabs share one live stream, and a click still answers', async ({ page, context }) => {
  await signIn(page)
  const project = await newProject(page)
  const streams = new Set<string>()
  context.on('request', request => {
    if (request.url().endsWith('/api/live')) streams.add(request.url() + streams.size)
  })
  const tabs = [page, ...(await Promise.all(Array.from({ length: 7 }, () => context.newPage())))]
  for (const tab of tabs) {
    await tab.goto(`${instance().url}/p/${project}/data`)
    await expect(tab.getByRole('heading', { level: 1 })).toBeVisible()
  }
  const last = tabs.at(-1)!
  await last.getByRole('link', { name: 'Registry', exact: true }).click()
  await last.waitForURL(`**/p/${project}/registry`)
  await expect(last.getByRole('heading', { level: 1 })).toHaveText('Registry')
  // The tab that signed in held the stream before it went to the project's page.
  expect(streams.size).toBeLessThanOrEqual(3)
})

test('what happens elsewhere is seen without a reload', async ({ page, browser }) => {
  await signIn(page)
  const project = await newProject(page)
  await page.goto(`${instance().url}/p/${project}`)
  const other = await browser.newContext()
  const elsewhere = await other.newPage()
  await signIn(elsewhere)
  const token = await elsewhere.request.post(`${instance().url}/api/trpc/access.invite`, {
    data: { project, role: 'viewer' },
    headers: { origin: instance().url },
  })
  expect(token.ok()).toBe(true)
  await expect(page.getByText('created the project')).toBeVisible()
  const added = await elsewhere.request.post(`${instance().url}/api/v1/projects/${project}/uploads?filename=a.csv`, {
    data: Buffer.from('a,b\n1,2\n3,4\n5,6\n'),
    headers: { origin: instance().url, 'content-type': 'application/octet-stream' },
  })
  const { digest } = (await added.json()) as { digest: string }
  await elsewhere.request.post(`${instance().url}/api/trpc/data.add`, {
    data: { project, name: 'seen', fileName: 'a.csv', digest },
    headers: { origin: instance().url },
  })
  await expect(page.getByText('seen v1').first()).toBeVisible({ timeout: 60_000 })
  await other.close()
})

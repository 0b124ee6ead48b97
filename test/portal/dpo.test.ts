/** The pages of the DPO, in a real browser on the demonstration. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { demoProject as project } from '../demo-project.ts'
import { Hand, tasksOf } from './dpo-tasks.ts'
import { expectAccessible, openPortal, type Portal, type Visit } from './portal.ts'

let portal: Portal
let nadia: Visit
const ask = (as: string, sql: string) =>
  portal.node.call('POST', `/api/v1/projects/${project}/queries`, { as, body: { sql } })

beforeAll(async () => {
  portal = await openPortal({ mode: { kind: 'demo', demo: 'full' } })
  await ask('alice', 'SELECT patient_id FROM patients')
  await ask('bruno', 'SELECT count(*) AS n FROM patients')
  for (let at = 0; at < 5; at += 1) await portal.node.call('GET', '/api/v1/audit/entries', { as: 'alice' })
  await ask('alice', "SELECT count(*) AS n FROM patients WHERE sex = '<img src=x onerror=alert(1)>'")
  nadia = await portal.as('nadia')
}, 120_000)
afterAll(() => portal?.close())

describe('a log that was found bad', () => {
  test('is said to be so in red, with the first bad entry, wherever the seal stands', async () => {
    const shard = String(portal.node.house.audit.shards.at(-1))
    const bad = { class: 'entry', shard, of: 12 }
    await portal.node.house.audit.append(
      { type: 'audit.verified', status: 'tampered', entries: 12, ms: 5, bad },
      {},
    )
    for (const path of ['/', '/audit']) {
      await nadia.goto(path)
      await nadia.page.getByText('Journal altéré').waitFor()
      await nadia.page.getByText(`Première inscription fautive : ${shard}/12 (entry).`).waitFor()
    }
    await nadia.page.getByRole('link', { name: 'Ouvrir cette inscription' }).click()
    await nadia.page.getByRole('heading', { name: `Inscription ${shard}/12` }).waitFor()
    await expectAccessible(nadia.page)
  })
})

describe('ten tasks of a DPO, in four clicks at most', () => {
  test.each(tasksOf({ study: 'Séjours hospitaliers', dataset: 'pmsi-demo' }))(
    'she $name',
    async ({ run }) => {
      await nadia.goto('/')
      const hand = new Hand(nadia.page)
      await run(hand)
      expect(hand.clicks).toBeLessThanOrEqual(4)
    },
  )

  test('what she stopped is stopped, what she opened and verified is in the log', async () => {
    expect(await ask('alice', 'SELECT count(*) AS n FROM patients')).toMatchObject({
      json: { code: 'SUSPENDED' },
    })
    for (const type of [
      'audit.opened',
      'audit.verified',
      'audit.exported',
      'anomaly.closed',
      'report.made',
    ]) {
      const path = `/api/v1/audit/entries?actor=nadia&type=${type}`
      const { json } = await portal.node.call('GET', path, { as: 'nadia' })
      expect([type, json.entries.length]).toEqual([type, 1])
    }
  })
})

describe('every page of the DPO', () => {
  test.each([
    ['/audit?type=query.intent', 'Journal d’accès'],
    ['/inbox', 'À regarder'],
    ['/rights?tab=answer', 'Droits des personnes'],
    [`/rights?tab=projects&project=${project}`, 'Droits des personnes'],
    ['/reports?report=persons', 'Rapports'],
    ['/policies', 'Règles'],
    [`/policies?tab=simulator&person=bruno&project=${project}`, 'Règles'],
  ])('%s is accessible, and says what it is for', async (path, title) => {
    const { page, goto } = nadia
    await goto(path)
    expect(await page.title()).toBe(`${title} — huisclos`)
    await page.waitForLoadState('networkidle')
    await expectAccessible(page)
  })

  test.each([
    ['/audit?type=query.intent', 'Access log'],
    ['/inbox?tab=reviews', 'To look at'],
    ['/policies?tab=proposals', 'Rules'],
  ])('%s is complete in English and in the dark', async (path, title) => {
    const { page, goto } = nadia
    await goto(`${path}${path.includes('?') ? '&' : '?'}lang=en&theme=dark`)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    await page.waitForLoadState('networkidle')
    await expectAccessible(page)
  })

  test('a sentence of the log is in the language of the page', async () => {
    await nadia.goto('/audit?lang=en&type=query.intent')
    await nadia.page
      .getByRole('link', { name: /^Alice was allowed to query pmsi-demo, for the purpose/ })
      .first()
      .waitFor()
  })

  test('the simulator says what decides, and why', async () => {
    await nadia.goto(`/policies?tab=simulator&person=alice&project=${project}`)
    const decision = nadia.page.locator('.decision')
    await decision.getByRole('link', { name: 'SUSPENDED' }).waitFor()
    await decision.getByText('Base légale').waitFor()
  })

  test('every person is asked to be confirmed until a day, in one step', async () => {
    const { page, goto } = nadia
    await goto('/inbox?tab=reviews')
    await page.getByRole('button', { name: 'Lancer la campagne' }).click()
    await page.getByText(/^Campagne lancée : \d+ projets? à revoir/).waitFor()
    await expectAccessible(page)
  })

  test('a change of the rules is approved by another person, who reads what differs', async () => {
    const files = [{ path: 'query.cedar', text: '// <img src=x onerror=alert(1)>' }]
    const proposal = { files, reason: 'Une version de plus.', unchecked: true }
    const proposed = await portal.node.call('POST', '/api/v1/policies/proposals', {
      as: 'nadia',
      body: proposal,
    })
    expect(proposed.status).toBe(201)
    await nadia.goto('/policies?tab=proposals')
    await nadia.page.getByRole('button', { name: 'Approuver' }).click()
    expect(await nadia.page.getByRole('alert').innerText()).toContain('CONFLICT_OF_INTEREST')
    const { page, goto, complaints } = await portal.as('claire')
    await goto('/policies?tab=proposals')
    await page.getByRole('button', { name: 'Approuver' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Voir les différences' }).click()
    await page.getByRole('region', { name: 'Après' }).getByText('// <img src=x onerror=alert(1)>').waitFor()
    await page.getByRole('button', { name: 'Approuver' }).click()
    await page.getByText(/Approuvé le .* par claire$/).waitFor()
    expect(complaints).toEqual([])
  })

  test('the tables of the figures say what the pictures say', async () => {
    await nadia.goto('/audit')
    await nadia.page.getByText('Les mêmes chiffres en tableau').click()
    const map = nadia.page.getByRole('img', { name: /^Activité\. Du .* : \d+ inscriptions, \d+ refus$/ })
    const [, entries] = /: (\d+) inscriptions/.exec((await map.getAttribute('aria-label')) ?? '') ?? []
    const cells = await nadia.page.locator('.figures details td.number:nth-child(2)').allInnerTexts()
    expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBe(Number(entries))
  })

  test('the log is searched, read and left by keyboard alone', async () => {
    const { page, goto } = nadia
    await goto('/audit?actor=alice')
    const line = page.getByRole('link', { name: /^Alice a été autorisé/ }).first()
    await line.waitFor()
    const id = await line.getAttribute('id')
    await line.focus()
    await page.keyboard.press('Enter')
    const heading = page.getByRole('heading', { name: /^Inscription \d+\/\d+$/ })
    await heading.waitFor()
    expect(await heading.evaluate((one) => one === document.activeElement)).toBe(true)
    await page.keyboard.press('Escape')
    await heading.waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(id)
  })

  test('is for no researcher: neither its place nor its content', async () => {
    const { page, goto } = await portal.as('alice')
    await goto('/audit')
    expect(await page.getByRole('link', { name: 'Journal d’accès' }).count()).toBe(0)
    await page.getByText('ROLE', { exact: true }).first().waitFor()
  })

  test('asks nobody else and breaks no rule of its policy', () => {
    expect(nadia.complaints).toEqual([])
  })
})

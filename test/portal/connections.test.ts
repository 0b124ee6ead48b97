/** Tokens for tools of one's own, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { demoProject as project } from '../demo-project.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

let portal: Portal
beforeAll(async () => {
  portal = await openPortal({ mode: { kind: 'demo', demo: 'full' } })
}, 120_000)
afterAll(() => portal?.close())

describe('one’s own connections', () => {
  test('a token is made, shown once, used by a tool and revoked', async () => {
    const { page, goto, complaints } = await portal.as('alice')
    await goto(`/connections?project=${project}`)
    await page.getByText('Aucun jeton actif.').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Nom').fill('<img src=x onerror=alert(1)>')
    await page.getByRole('button', { name: 'Créer le jeton' }).press('Enter')
    const line = await page.getByLabel('À coller dans un terminal').inputValue()
    expect(line).toMatch(/^export HUISCLOS_TOKEN=hc_[0-9a-f]{72}$/)
    const row = page.getByRole('row').filter({ hasText: '<img src=x onerror=alert(1)>' })
    await row.getByText('pas encore').waitFor()
    await expectAccessible(page)
    const headers = { authorization: `Bearer ${line.slice(line.indexOf('=') + 1)}` }
    const body = { sql: 'SELECT count(*) AS n FROM patients' }
    const asked = `/api/v1/projects/${project}/queries`
    expect(await portal.node.call('POST', asked, { headers, body })).toMatchObject({ status: 200 })
    await row.getByRole('time').waitFor()
    await page.getByRole('button', { name: 'Je l’ai rangé' }).click()
    expect(await page.getByLabel('À coller dans un terminal').count()).toBe(0)
    await row.getByRole('button', { name: /^Révoquer/ }).click()
    await row.getByText(/révoqué/).waitFor()
    expect(await portal.node.call('POST', asked, { headers, body })).toMatchObject({ status: 401 })
    expect(complaints).toEqual([])
  })

  test('each tool has a text that names no door that is not there, in English too', async () => {
    const { page, goto, complaints } = await portal.as('alice', { lang: 'en', theme: 'dark' })
    await goto('/connections?lang=en')
    for (const tool of ['Python', 'R', 'DuckDB', 'DBeaver', 'curl']) {
      await page.getByRole('link', { name: tool, exact: true }).click()
      const text = await page.getByLabel(`Text for ${tool}`).inputValue()
      expect(text).toContain(`${portal.node.url}/api/v1/projects/${project}/queries`)
      // The port of the node is one of the machine’s choice, and may have these figures in it.
      expect(text.replaceAll(portal.node.url, '')).not.toMatch(/postgres|psql|5432/i)
    }
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })
})

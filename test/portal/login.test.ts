import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../chromium.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
let browser: Browser
beforeAll(async () => {
  ;[node, browser] = await Promise.all([openTestNode(), openBrowser()])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await node?.close()
})

/** A page of a browser that nobody has signed in with, and what its policy had to hold back. */
async function openPage(): Promise<{ page: Page; reports: string[] }> {
  const page = await (await browser.newContext({ locale: 'en' })).newPage()
  const reports: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy/i.test(message.text()))
      reports.push(message.text())
  })
  return { page, reports }
}

describe('in a real browser', () => {
  test('a person chooses the issuer, then herself, and the next call is already hers', async () => {
    const { page, reports } = await openPage()
    await page.goto(`${node.url}/connexion`)
    await page.getByRole('link', { name: 'Demonstration: choose a person' }).click()
    await page.getByRole('button', { name: /^Alice/ }).click()
    await page.waitForURL(`${node.url}/`)
    const me = await page.evaluate(async () => (await fetch('/api/v1/me')).json())
    expect(me).toMatchObject({ issuer: 'demo', subject: 'alice', level: 2 })
    expect(reports).toEqual([])
  })

  test('the page after the way back carries the Strict cookie, which a redirect would leave at home', async () => {
    const { page } = await openPage()
    await page.goto(`${node.url}/connexion/demo?vers=/api/v1/me`)
    await page.getByRole('button', { name: /^Nadia/ }).click()
    await page.waitForURL(`${node.url}/api/v1/me`)
    expect(JSON.parse(await page.innerText('body'))).toMatchObject({ subject: 'nadia', roles: ['dpo'] })
  })

  test('somebody else may sign in after her, who is then nobody any more', async () => {
    const { page } = await openPage()
    for (const name of ['Alice', 'Bruno']) {
      await page.goto(`${node.url}/connexion/demo?vers=/api/v1/me`)
      await page.getByRole('button', { name: new RegExp(`^${name}`) }).click()
      await page.waitForURL(`${node.url}/api/v1/me`)
      expect(JSON.parse(await page.innerText('body'))).toMatchObject({ displayName: name })
    }
  })

  test('a fresh proof takes the place of the session of this browser', async () => {
    const { page } = await openPage()
    await page.goto(`${node.url}/connexion/demo`)
    await page.getByRole('button', { name: /^Paul/ }).click()
    await page.waitForURL(`${node.url}/`)
    const read = async () => {
      const told = await page.evaluate(async () => (await fetch('/api/v1/me/sessions')).text())
      return JSON.parse(told).sessions
    }
    const [before] = await read()
    await page.goto(`${node.url}/connexion/demo?acces=renforce`)
    await page.getByRole('button', { name: /^Paul/ }).click()
    await page.waitForURL(`${node.url}/`)
    const after = await read()
    expect(after).toMatchObject([{ id: before.id, level: 2, isCurrent: true }])
    expect(after[0].createdAt > before.createdAt).toBe(true)
  })
})

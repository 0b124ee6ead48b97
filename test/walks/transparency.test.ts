/** The public register and the reports on a whole node, by HTTP alone: what a citizen, a DPO and a data holder get. */
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { report } from '../../services/cli/report.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { openPublished } from '../../services/review/published.ts'
import { openBrowser } from '../chromium.ts'
import { draft as studied } from '../contract/study.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
let browser: Browser
let project: string
let request: string

beforeAll(async () => {
  node = await openTestNode({ mode: { kind: 'demo', demo: 'full' } })
  browser = await openBrowser()
  const projects = await node.call('GET', '/api/v1/projects', { as: 'alice' })
  ;({ id: project, habilitation: request } = projects.json.projects[0])
  for (const sql of ['SELECT sex, count(*) AS n FROM patients GROUP BY sex', 'SELECT count(*) FROM stays']) {
    const answer = await node.call('POST', `/api/v1/projects/${project}/queries`, {
      as: 'alice',
      body: { sql },
    })
    expect(answer.status).toBe(200)
  }
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await node?.close()
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(node.url + path, { headers })
/** A browser asks again with the tag it kept. */
const again = (path: string, tag: string) => get(path, { 'if-none-match': tag, 'cache-control': 'max-age=0' })
const files = ['', '.json', '.csv', '.atom', '.jws'].map((ending) => `/transparence${ending}`)

/** The keys that sign, as anybody reads them. */
async function authority() {
  const { keys } = (await (await get('/.well-known/huisclos-publication-jwks.json')).json()) as {
    keys: (JsonWebKey & { kid: string })[]
  }
  expect(keys.every((key) => key.d === undefined)).toBe(true)
  const publicKeys = new Map(keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]))
  return { issuer: 'huisclos.demo', publicKeys }
}

describe('the public register', () => {
  test('is open to everybody, costs nothing while it stands, and changes with the first fact', async () => {
    const tags = new Map<string, string>()
    for (const path of files) {
      const answer = await get(path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('public, no-cache')
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      const tag = answer.headers.get('etag') ?? ''
      expect((await again(path, tag)).status).toBe(304)
      tags.set(path, tag)
    }
    const opened = await node.call('POST', '/api/v1/habilitations', { as: 'paul', body: draft })
    expect(await (await get('/transparence.json')).text()).not.toContain('Second projet')
    const sent = await node.call('POST', `/api/v1/habilitations/${opened.json.id}/submission`, {
      as: 'paul',
      body: {},
    })
    expect(sent.status).toBe(200)
    for (const path of files) {
      const answer = await again(path, tags.get(path) ?? '')
      expect({ path, status: answer.status }).toEqual({ path, status: 200 })
    }
    expect((await get(`/transparence/${opened.json.id}`)).status).toBe(200)
    expect((await get('/transparence/D-2026-9999')).status).toBe(404)
  })

  test('is searched and read in two languages', async () => {
    const found = async (query: string) =>
      (
        (await (await get(`/transparence.json?${query}`)).json()) as { requests: { title: string }[] }
      ).requests.map(({ title }) => title)
    expect(await found('q=second&organisation=chu-rouen')).toEqual(['Second projet'])
    expect(await found('organisation=gh-havre')).toEqual([])
    expect(await (await get('/transparence?lang=en')).text()).toContain('<html lang="en">')
    expect((await get('/transparence?lang=xx')).status).toBe(422)
    expect((await get('/transparence?person=alice')).status).toBe(422)
  })

  test('is read by a browser without a script and without a complaint, wide and narrow', async () => {
    for (const [path, width] of [
      ['/transparence', 1100],
      ['/transparence', 390],
      // Its number begins with the year in which the demo was made.
      [`/transparence/${request}`, 390],
    ] as const) {
      const context = await browser.newContext({ viewport: { width, height: 900 } })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      await page.goto(node.url + path)
      expect(complaints).toEqual([])
      expect(await page.locator('script, [style]').count()).toBe(0)
      expect(await page.locator('h1').count()).toBe(1)
      expect(await page.locator('td').filter({ hasText: /^$/ }).count()).toBe(0)
      const widest = await page.evaluate('document.documentElement.scrollWidth')
      expect(widest).toBeLessThanOrEqual(width)
      await context.close()
    }
  })

  test('is a feed that a parser of XML takes', async () => {
    const feed = await (await get('/transparence.atom')).text()
    const page = await (await browser.newContext()).newPage()
    const read = await page.evaluate(`(() => {
      const parsed = new DOMParser().parseFromString(${JSON.stringify(feed)}, 'application/xml')
      const count = (name) => parsed.getElementsByTagNameNS('http://www.w3.org/2005/Atom', name).length
      return { errors: parsed.getElementsByTagName('parsererror').length, root: parsed.documentElement.localName,
        entries: count('entry'), ids: count('id'), updated: count('updated'), authors: count('author') }
    })()`)
    expect(read).toEqual({ errors: 0, root: 'feed', entries: 9, ids: 10, updated: 10, authors: 9 })
  })

  test('has a signed copy whose hash is in the log', async () => {
    const answer = await get('/transparence.jws')
    const keys = await authority()
    const said = openPublished(await answer.text(), 'register', keys)
    const { requests } = (await (await get('/transparence.json')).json()) as { requests: unknown }
    expect(said.about.requests).toEqual(requests)
    const [log, seq, leaf] = (answer.headers.get('huisclos-receipt') ?? '').split(' ')
    expect(said.receipt).toEqual({ log, seq: Number(seq), leaf })
    const year = (log ?? '').split('/').at(-1)
    const entry = await node.call('GET', `/api/v1/audit/entries/${year}/${seq}`, { as: 'nadia' })
    expect(entry.json).toMatchObject({ leaf, body: { type: 'register.published', sha256: said.sha256 } })
  })
})

describe('a report', () => {
  test('of a holder has each question as the log has it', async () => {
    const { status, json } = await node.call('GET', '/api/v1/reports/holder', { as: 'rouen' })
    expect(status).toBe(200)
    const uses = json.sections.find(({ key }: { key: string }) => key === 'uses')
    const [entryAt, leafAt, outcomeAt] = ['entry', 'leaf', 'outcome'].map((name) =>
      uses.columns.indexOf(name),
    )
    expect(uses.rows.map((row: string[]) => row[outcomeAt ?? 0])).toEqual([
      'réponse donnée',
      'réponse donnée',
    ])
    for (const row of uses.rows) {
      const [year, seq] = row[entryAt ?? 0].split('/')
      const entry = await node.call('GET', `/api/v1/audit/entries/${year}/${seq}`, { as: 'nadia' })
      expect(entry.json).toMatchObject({ leaf: row[leafAt ?? 0], project, body: { type: 'query.intent' } })
    }
    const refused = await node.call('GET', '/api/v1/reports/holder?organisation=chu-rouen', { as: 'havre' })
    expect(refused).toMatchObject({ status: 403, json: { code: 'ROLE', rule: 'report.holder' } })
  })

  test('is written by the command line with a signature over its bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-report-'))
    try {
      const token = await mintDemoToken({ home: node.home, subject: 'nadia', clock: systemClock })
      const client = { url: node.url, token, language: 'fr' } as const
      const said: string[] = []
      const stream = { write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream
      const out = { stdout: stream, stderr: stream, signal: new AbortController().signal }
      const output = join(folder, 'sec.html')
      await report(client, out, { name: 'sec', output })
      const hash = createHash('sha256')
        .update(await readFile(output))
        .digest('hex')
      const jws = await readFile(`${output}.jws`, 'utf8')
      const keys = await authority()
      const signed = openPublished(jws, 'report', keys)
      expect(signed).toMatchObject({ sha256: hash, about: { report: 'sec', format: 'html' } })
      expect(said.join('')).toContain(signed.receipt.leaf)
      await expect(
        report(client, out, { name: 'sec', output: join(folder, 'sec.pdf') }),
      ).rejects.toMatchObject({ exit: 64 })
      await expect(report(client, out, { name: 'nothing' })).rejects.toMatchObject({ exit: 3 })
      await report(client, out, { name: 'persons' })
      expect(said.join('')).toContain('# Liste des personnes habilitées')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('that was read is in the log', async () => {
    const found = await node.call('GET', '/api/v1/audit/entries?type=report.made', { as: 'nadia' })
    const actors = found.json.entries.map(({ actor }: { actor: string }) => actor)
    expect(actors).toEqual(['nadia', 'nadia', 'rouen'])
  })
})

const draft = {
  ...studied,
  title: 'Second projet',
  summaryLay: 'Nous comptons <des> séjours & des "patients".',
  lines: [{ dataset: 'pmsi-demo', justification: 'Les séjours.', tables: { patients: { columns: '*' } } }],
}

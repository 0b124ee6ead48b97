/** The public catalogue of a whole node: pages, forms, copies, files, and that a text stays a text. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openHarvested } from '../../services/dataset/harvest/harvested.ts'
import { readJsonLd, readTurtle } from '../dataset/catalogue-readers.ts'
import { small } from '../dataset/small.ts'
import { openTestNode, type TestNode } from '../node.ts'

const hostile = '"><script>alert(1)</script>'
const shown = {
  ...{ ...small('shown'), title: 'Séjours', description: hostile, keywords: [hostile] },
  catalogue: {
    purposes: [hostile],
    provenance: hostile,
    accessConditions: hostile,
    populationCoverage: hostile,
  },
}
const beds = {
  ...{ name: 'beds', kind: 'non-personal', holder: 'chu-rouen' },
  resources: [{ name: 'beds', schema: { fields: [{ name: 'ward' }] } }],
}
let node: TestNode
const get = (path: string, headers: Record<string, string> = {}) => fetch(node.url + path, { headers })
const textOf = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).text()

beforeAll(async () => {
  node = await openTestNode()
  for (const body of [shown, small('second'), beds]) {
    expect((await node.call('POST', '/api/v1/datasets', { as: 'rouen', body })).status).toBe(201)
  }
})
afterAll(() => node.close())

describe('everybody', () => {
  test('reads one catalogue in two forms, which say the same but for the way to the next page', async () => {
    const own = (line: string) => !line.includes('/ns/hydra/core#')
    const turtle = readTurtle(await textOf('/catalog.ttl')).filter(own)
    expect(readJsonLd(await textOf('/catalog.jsonld')).filter(own)).toEqual(turtle)
    expect(turtle.length).toBeGreaterThan(50)
  })

  test.each([
    ['/catalogue', 'text/turtle', 'text/turtle; charset=utf-8'],
    ['/catalogue', 'application/ld+json', 'application/ld+json; charset=utf-8'],
    ['/catalogue', '*/*', 'text/html; charset=utf-8'],
    ['/catalogue/shown', 'text/turtle', 'text/turtle; charset=utf-8'],
    ['/catalogue/shown', 'application/ld+json', 'application/ld+json; charset=utf-8'],
    ['/catalogue/shown', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
  ])('%s as %s is %s', async (path, accept, type) => {
    const answer = await get(path, { accept })
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('vary')).toContain('Accept')
  })

  test('who kept a copy is told that it still stands, until a dataset comes', async () => {
    const tag = (await get('/catalog.ttl')).headers.get('etag') ?? ''
    const again = () => get('/catalog.ttl', { 'if-none-match': tag, 'cache-control': 'max-age=0' })
    expect((await again()).status).toBe(304)
    await node.call('POST', '/api/v1/datasets', { as: 'rouen', body: small('third') })
    expect((await again()).status).toBe(200)
  })

  test('searches without an account, in French first', async () => {
    const page = await textOf('/catalogue?q=sejours')
    expect(page).toContain('Catalogue des données')
    expect(page).toContain('href="/catalogue/shown?lang=fr"')
    expect(page).not.toContain('href="/catalogue/second')
    expect(await textOf('/catalogue?q=nothing&lang=en')).toContain('No dataset matches.')
  })

  test('reads what a dataset holds, what its record lacks and how to ask', async () => {
    const page = await textOf('/catalogue/shown?lang=en')
    expect(page).toContain('<th scope="row"><code>weight</code></th><td>number [0, 500]</td>')
    expect(page).toContain('Mandatory properties of HealthDCAT-AP: 16 of 18.')
    expect(page).toContain('<code>healthdcatap:healthCategory</code>')
    expect(page).toContain('no figure about fewer than 11 persons')
  })

  test('sees texts as texts', async () => {
    for (const path of ['/catalogue', `/catalogue?q=${encodeURIComponent(hostile)}`, '/catalogue/shown']) {
      const page = await textOf(path)
      expect(page).toContain('&lt;script&gt;')
      expect(page).not.toContain('<script')
    }
  })

  test('goes from a dataset to a request for it', async () => {
    const page = await textOf('/catalogue/shown', { 'accept-language': 'fr' })
    expect(page).toContain('<a href="/requests?dataset=shown&amp;lang=fr">Demander ce jeu</a>')
  })

  test('takes the dictionary as CSV', async () => {
    const lines = (await textOf('/catalogue/shown/dictionary.csv')).split('\r\n')
    expect(lines[0]).toContain('table;column;type;role')
    expect(lines).toContain('people;weight;number;;;;;0;500;false;')
  })

  test('takes the synthetic twin of a table, the same each time', async () => {
    const twin = await textOf('/catalogue/shown/twin/people')
    expect(twin.split('\r\n')[0]).toContain('id;label;weight;born')
    expect(await textOf('/catalogue/shown/twin/people')).toBe(twin)
    expect(await textOf('/catalogue/shown')).toContain('href="/catalogue/shown/twin/acts"')
  })

  test.each([
    '/catalogue/nothing',
    '/catalogue/nothing/dictionary.csv',
    '/catalogue/shown/twin/nothing',
    '/catalogue/beds/twin/beds',
  ])('finds nothing at %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })
})

describe('an account', () => {
  const call = (path: string) => node.call('GET', path, { as: 'alice' })

  test('searches with choices and pages; without a page, everything comes', async () => {
    const { json } = await call('/api/v1/datasets?q=séjours')
    expect(json).toMatchObject({ datasets: [{ name: 'shown' }], total: 1 })
    expect(json.facets.holder).toEqual([{ value: 'chu-rouen', count: 1 }])
    expect((await call('/api/v1/datasets')).json.datasets.length).toBe(
      (await call('/api/v1/datasets')).json.total,
    )
    expect((await call('/api/v1/datasets?page=2')).json.datasets).toEqual([])
    expect((await call('/api/v1/datasets?colour=red')).status).toBe(422)
  })

  test('reads the Table Schema of each table', async () => {
    const { status, json } = await call('/api/v1/datasets/shown/schema')
    expect(status).toBe(200)
    expect(json.resources[0]).toMatchObject({ name: 'people', schema: { primaryKey: ['id'] } })
    expect((await node.call('GET', '/api/v1/datasets/shown/schema')).status).toBe(401)
  })
})

test('datasets of other catalogues are shown with their source and licence, escaped, and nowhere else', async () => {
  const found = { keywords: ['stays'], licences: ['https://licence.example/by'], publisher: hostile }
  const datasets = [
    { iri: 'https://o.example/a', page: 'https://o.example/a', title: `Elsewhere ${hostile}`, ...found },
  ]
  await openHarvested({ home: node.home }).take({ source: 'other', from: 'a.ttl', at: 0, datasets })
  const page = await textOf('/catalogue?q=elsewhere')
  expect(page).toContain('<a href="https://o.example/a" rel="nofollow">Elsewhere')
  expect(page).toContain('other · ')
  expect(page).toContain('https://licence.example/by')
  expect(page).not.toContain('<script>')
  expect(await textOf('/catalogue?q=nowhere')).not.toContain('o.example')
  expect(await textOf('/catalogue?kind=personal')).not.toContain('o.example')
  expect(await textOf('/catalog.ttl')).not.toContain('o.example')
  expect((await node.call('GET', '/api/v1/datasets?q=elsewhere', { as: 'alice' })).json.total).toBe(0)
})

/** Catalogues of others: what is read of them, what is kept, and that a hostile one costs a clear error. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { catalogueIri, catalogueTriples } from '../../services/dataset/dcat/catalogue-graph.ts'
import { writeJsonLd } from '../../services/dataset/dcat/jsonld.ts'
import type { Triple } from '../../services/dataset/dcat/triples.ts'
import { writeTurtle } from '../../services/dataset/dcat/turtle.ts'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { fetchPage, insistPublic, isPublic } from '../../services/dataset/harvest/fetch-page.ts'
import { foreignDatasets } from '../../services/dataset/harvest/foreign.ts'
import { harvest, type Page } from '../../services/dataset/harvest/harvest.ts'
import { limits } from '../../services/dataset/harvest/harvest-error.ts'
import { openHarvested } from '../../services/dataset/harvest/harvested.ts'
import { openPage } from '../../services/dataset/harvest/open-page.ts'
import { readForeignJsonLd } from '../../services/dataset/harvest/read-jsonld.ts'
import { readForeignTurtle } from '../../services/dataset/harvest/read-turtle.ts'
import { harvestRound } from '../../services/dataset/harvest/rounds.ts'
import { pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { small } from './small.ts'

const address = 'https://node.example'
const home = { address, node: 'FR-NOR', organisation: (id: string) => id }
const hostile = 'a "b" \\ \n\r\t\u0000\u2028 é 😀 <c> . ; @en ^^'
const inputs = [
  pmsiDemo,
  { ...small('hostile'), title: hostile, description: hostile, keywords: [hostile] },
  ...Array.from({ length: 120 }, (_, i) => small(`d${i}`)),
]
const datasets = inputs.map((input) => ({
  descriptor: descriptorSchema.parse(input),
  sha256: '',
  latest: null,
}))
const graphAt = (page: number, path = '/catalog.ttl') => catalogueTriples(home, { datasets, page, path })
const sorted = (graph: readonly Triple[]) => graph.map((one) => JSON.stringify(one)).sort()
const jsonOf = (graph: readonly Triple[]) => JSON.stringify(writeJsonLd(graph, catalogueIri(address)))

describe('the own catalogue', () => {
  const few = datasets.slice(0, 3)
  const graph = catalogueTriples(home, { datasets: few, page: 1, path: '/catalog.ttl' })

  test('is the same graph when it is read back, in both forms', () => {
    expect(sorted(readForeignTurtle(writeTurtle(graph), address))).toEqual(sorted(graph))
    expect(sorted(readForeignJsonLd(jsonOf(graph), address))).toEqual(sorted(graph))
  })

  test.each(['text/turtle', 'application/ld+json'])(
    'harvested page by page as %s has every dataset',
    async (type) => {
      const read = async (at: string): Promise<Page> => {
        const page = graphAt(Number(new URL(at).searchParams.get('page') ?? 1))
        return { text: type === 'text/turtle' ? writeTurtle(page) : jsonOf(page), type, address: at }
      }
      const found = await harvest(`${address}/catalog.ttl`, read)
      expect(found).toEqual(foreignDatasets([...graphAt(1), ...graphAt(2)]))
      expect(found.map(({ iri }) => iri).sort()).toEqual(
        datasets.map(({ descriptor }) => `${address}/catalogue/${descriptor.name}`).sort(),
      )
      expect(found.find(({ iri }) => iri.endsWith('/hostile'))).toMatchObject({
        title: hostile,
        publisher: 'chu-rouen',
      })
    },
  )
})

const foreign = `
PREFIX dcat: <http://www.w3.org/ns/dcat#>
@prefix dct: <http://purl.org/dc/terms/> . # a comment
@prefix foaf: <http://xmlns.com/foaf/0.1/>.
@base <https://other.example/data/> .
<a> a dcat:Dataset ; dct:title 'Stays'@en , """Séjours "2024" """@fr ;; dcat:keyword "x", "y", "x" ;
  dct:publisher [ a foaf:Agent ; foaf:name "Elsewhere" ] ; dct:provenance [ <http://www.w3.org/2000/01/rdf-schema#label> "From stays" ] ;
  dcat:distribution <a#csv> ; dct:extent 12 , 1.5 , 2e3 , true ; dct:relation ( <b> "c" ) .
<a#csv> dct:license <http://creativecommons.org/licenses/by/4.0/> .
_:1 a dcat:Dataset .
<javascript:alert(1)> a dcat:Dataset ; dct:title "No page" .
`
const page =
  (text: string, type = 'text/turtle') =>
  async (at: string): Promise<Page> => ({ text, type, address: at })
const first = 'https://other.example/catalog.ttl'

test('a foreign catalogue keeps licence, provenance and publisher, in French where it speaks it', async () => {
  const [stays, script, ...more] = await harvest(first, page(foreign))
  expect(stays).toEqual({
    ...{ iri: 'https://other.example/data/a', title: 'Séjours "2024" ', keywords: ['x', 'y'] },
    ...{ publisher: 'Elsewhere', provenance: 'From stays', page: 'https://other.example/data/a' },
    licences: ['http://creativecommons.org/licenses/by/4.0/'],
  })
  expect(script).toEqual({ iri: 'javascript:alert(1)', title: 'No page', keywords: [], licences: [] })
  expect(more).toEqual([])
})

test('JSON-LD with terms, language maps, lists and graphs is read', async () => {
  const document = {
    '@context': {
      ...{
        dcat: 'http://www.w3.org/ns/dcat#',
        dct: 'http://purl.org/dc/terms/',
        '@vocab': 'http://purl.org/dc/terms/',
      },
      ...{ id: '@id', type: '@type', keyword: { '@id': 'dcat:keyword', '@container': '@set' } },
      ...{ title: { '@id': 'dct:title', '@container': '@language' }, license: { '@type': '@id' } },
    },
    '@graph': [
      { id: 'a', type: 'dcat:Dataset', title: { en: 'Stays', fr: 'Séjours' }, keyword: { '@list': ['x'] } },
      {
        id: 'b',
        type: ['dcat:Dataset'],
        'dct:title': { '@value': 'B' },
        license: 'https://l.example/',
        unknown: 1,
      },
    ],
  }
  const found = await harvest(first, page(JSON.stringify(document), 'application/ld+json; charset=utf-8'))
  expect(found).toMatchObject([
    { iri: 'https://other.example/a', title: 'Séjours', keywords: ['x'] },
    { iri: 'https://other.example/b', title: 'B', licences: ['https://l.example/'] },
  ])
})

describe('a hostile feed is refused', () => {
  const next = (to: string) => `<x> <http://www.w3.org/ns/hydra/core#next> <${to}> .`
  const total = '<c> <http://www.w3.org/ns/hydra/core#totalItems> 7 .'
  const json = 'application/ld+json'
  test.each<[string, string, string, string?]>([
    ['that leads back to itself', 'loop', next(first)],
    ['that leads to another house', 'elsewhere', next('https://127.0.0.1/catalog.ttl')],
    ['of too many triples', 'triples', '<x:a> <x:b> <x:c> .\n'.repeat(limits.triples + 1)],
    ['of brackets in brackets', 'depth', `<a> <b> ${'[<b> '.repeat(100_000)}`],
    ['of lists in lists', 'depth', `<a> <b> ${'('.repeat(100_000)}`],
    [
      'of objects in objects',
      'depth',
      `${'{"@id":"x","https://p.example/":'.repeat(5000)}1${'}'.repeat(5000)}`,
      json,
    ],
    ['with a context elsewhere', 'context', '{"@context":"https://evil.example/c","@id":"a"}', json],
    ['that is no Turtle', 'syntax', '<a> <b> "c'],
    ['with a prefix that nobody declared', 'syntax', 'x:a x:b x:c .'],
    ['that is no JSON', 'syntax', '{', json],
    ['of numbers', 'syntax', '[1, 2]', json],
    ['of another type', 'type', '<rdf:RDF/>', 'application/rdf+xml'],
    ['that shows fewer than it says', 'incomplete', total],
    ['that says nothing', 'catalogue', '# nothing'],
  ])('%s', async (_, ...[rule, text, type]) => {
    await expect(harvest(first, page(text, type))).rejects.toMatchObject({ name: 'HarvestError', rule })
  })

  test('whose pages never end', async () => {
    const read = async (at: string): Promise<Page> => {
      const number = Number(new URL(at).searchParams.get('page') ?? 0)
      return { text: next(`${first}?page=${number + 1}`), type: 'text/turtle', address: at }
    }
    await expect(harvest(first, read)).rejects.toMatchObject({ rule: 'pages' })
  })

  test('at the line where it breaks', async () => {
    await expect(harvest(first, page('<a> <b> "c" .\n<a> <b>\n  "c\n" .'))).rejects.toMatchObject({
      rule: 'syntax',
      line: 3,
    })
  })
})

describe('no feed makes this node knock at its own doors', () => {
  test.each([
    ...['http://other.example/', 'file:///etc/passwd', 'https://user:secret@other.example/', 'nowhere'],
    ...[
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/',
    ],
  ])('%s', async (at) => {
    expect(() => insistPublic(at)).toThrow(expect.objectContaining({ rule: 'address' }))
    await expect(fetchPage(at)).rejects.toMatchObject({ rule: 'address' })
  })

  test('by a name that leads to this machine', async () => {
    await expect(fetchPage('https://localhost:1/')).rejects.toMatchObject({ rule: 'address' })
  })

  test.each([
    ['93.184.215.14', true],
    ['2606:2800:21f:cb07::1', true],
    ...[
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '172.31.0.1',
      '192.168.1.1',
      '224.0.0.1',
      '255.255.255.255',
      'x',
    ].map((one) => [one, false] as const),
    ...[
      '::',
      '::1',
      'fe80::1',
      'fc00::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:db8::1',
    ].map((one) => [one, false] as const),
  ] as const)('%s is public: %s', (one, expected) => {
    expect(isPublic(one)).toBe(expected)
  })
})

describe('what was harvested', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'huisclos-harvest-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const made = (...names: string[]) =>
    page(
      names.map((name) => `<https://o.example/${name}> a <http://www.w3.org/ns/dcat#Dataset> .`).join('\n') ||
        '<a> <b> <c> .',
    )
  const sources = [{ source: 'other', url: first, everyHours: 24 }]
  const hour = 3_600_000

  test('is kept by source; what is removed there is withdrawn, what comes back is not, and a failure changes nothing', async () => {
    const harvested = openHarvested({ home: folder })
    let now = 0
    const round = async (read: Parameters<typeof harvestRound>[0]['read']) => {
      await harvestRound({ sources, harvested, read, clock: { now: () => now }, log: silentLog })
      const [one] = await openHarvested({ home: folder }).list()
      return {
        there: one?.datasets.map(({ iri }) => iri.slice(-1)),
        gone: one?.withdrawn.map(({ iri }) => iri.slice(-1)),
      }
    }
    expect(await round(made('a', 'b'))).toEqual({ there: ['a', 'b'], gone: [] })
    expect(await round(made('c'))).toEqual({ there: ['a', 'b'], gone: [] })
    now += 24 * hour
    expect(await round(page('{', 'application/json'))).toEqual({ there: ['a', 'b'], gone: [] })
    expect(await round(made('b', 'c'))).toEqual({ there: ['b', 'c'], gone: ['a'] })
    now += 24 * hour
    expect(await round(made('a'))).toEqual({ there: ['a'], gone: ['b', 'c'] })
  })

  test('comes from a file as well, whose name says what it is', async () => {
    const path = join(folder, 'feed.ttl')
    await writeFile(path, foreign)
    expect(await harvest((await openPage(path)).address, () => openPage(path))).toHaveLength(2)
    await expect(openPage(join(folder, 'feed.xml'))).rejects.toMatchObject({ rule: 'type' })
    await expect(openPage(join(folder, 'absent.ttl'))).rejects.toMatchObject({ rule: 'answer' })
  })
})

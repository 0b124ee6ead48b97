/** The public register in every format: what may leave leaves, what may not is planted and looked for. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { registerPage } from '../../services/gateway/register-page.ts'
import { requestPage } from '../../services/gateway/request-page.ts'
import { publisherOf } from '../../services/habilitation/keys.ts'
import { body } from '../../services/habilitation/request.ts'
import { canonical, sha256 } from '../../services/kernel/hash.ts'
import { bandOf, bands } from '../../services/review/bands.ts'
import { openPublished } from '../../services/review/published.ts'
import { feedLimit, registerFeed } from '../../services/review/register/feed.ts'
import { openPublicRegister, type PublicRegister } from '../../services/review/register/register.ts'
import { searchRegister } from '../../services/review/register/search.ts'
import { registerCsv } from '../../services/review/register/table.ts'
import type { MonthlyEntries } from '../../services/store/audit-figures.ts'
import { leastBody, openRoom, person, type Room } from '../habilitation/fixtures.ts'
import { act, granted, opened, type Step, walked } from '../habilitation/walk.ts'
import { bird, plantedBeside } from './planted.ts'
import { registerEntry as entry } from './register-entry.ts'

let room: Room
let register: PublicRegister
let released: ReadonlyMap<string, number>
let entries: MonthlyEntries[]
/** Periods that were counted. */
let periods: { from: number; to: number }[]

beforeEach(async () => {
  room = await openRoom()
  entries = []
  periods = []
  const accounts = [
    person('paul', { displayName: 'Paul Canari' }),
    person('alice', { displayName: 'Alice Canari' }),
  ]
  released = new Map()
  register = openPublicRegister({
    ...room,
    released: async () => released,
    accounts: {
      list: async () => accounts,
      organisations: async () => [{ id: 'chu-rouen', name: 'CHU de Rouen', kind: 'ETABLISSEMENT_SANTE' }],
    },
    catalogue: {
      list: async () => [
        {
          descriptor: {
            name: 'pmsi-demo',
            kind: 'personal',
            holder: 'gh-havre',
            threshold: 11,
            resources: [],
          },
          sha256: '',
          latest: null,
        },
      ],
    },
    auditIndex: {
      monthly: async (period) => {
        periods.push(period)
        return entries
      },
    },
  })
})

const address = 'http://node.example'
async function everything(): Promise<Readonly<Record<string, string>>> {
  const { vocabularies } = room.rulebook
  const all = await register.read()
  const around = { language: 'fr', vocabularies } as const
  const { jws } = await register.snapshot()
  return {
    json: JSON.stringify(all),
    csv: Buffer.from(registerCsv(all, 'fr')).toString(),
    feed: registerFeed(all, { address, language: 'fr' }),
    list: registerPage({ ...around, filter: {}, page: 1, all, found: all }),
    pages: all.map((one) => requestPage(one, around)).join(''),
    snapshot: Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString(),
  }
}

describe('a canary', () => {
  const codes = ['kind', 'route', 'purposes', 'accessPeriod', 'disclosure', 'emergency', 'prohibitions']
  /** Every text of a request, with a bird in each. The codes and days say nothing about anybody. */
  const texts = [
    ...[
      'title',
      'acronym',
      'summaryLay',
      'publicInterest',
      'routeReference',
      'ethicsReference',
      'cnilReference',
    ],
    ...['agreementRef', 'dpia', 'implementer', 'aim', 'expectedBenefits', 'financing', 'publicationPlan'],
    ...['summaryWithheldReason', 'protocol', 'partnership', 'additional'],
  ]
  const named = {
    ...leastBody,
    ...Object.fromEntries(texts.map((name) => [name, bird(name)])),
    legalBasis: ['canary-legalBasis-song'],
    organisationKind: 'ETABLISSEMENT_SANTE',
    controllers: [bird('controllers')],
    extraDuty: { mode: 'canary-dutyMode-song', evidence: bird('evidence') },
    mandate: { text: bird('mandate'), reference: bird('mandateReference'), onBehalfOf: bird('onBehalfOf') },
    objectives: [{ id: 'O1', label: bird('objective') }],
    quasiIdentifiers: [{ code: 'COMMUNE_RESIDENCE', justification: bird('quasi') }],
    prohibitions: 'none',
    lines: [
      {
        ...leastBody.lines[0],
        justification: bird('justification'),
        population: { table: 'patients', filter: "department <> 'canary-population-song'" },
        tables: {
          stays: { columns: ['stay_id', 'patient_id'], filter: "stay_id <> 'canary-filter-song'" },
        },
      },
    ],
    persons: [{ issuer: 'demo', subject: 'alice', profile: 'canary-profile-song' }],
  }
  const planted = { ...plantedBeside([...Object.keys(named), ...codes]), ...named }
  const atOnce = ['title', 'acronym', 'summaryLay', 'publicInterest', 'implementer', 'controllers']
  const onceDecided = [
    ...['aim', 'expectedBenefits', 'financing', 'publicationPlan', 'legalBasis', 'objective'],
    ...['mandate', 'mandateReference', 'onBehalfOf'],
    ...['routeReference', 'ethicsReference', 'cnilReference', 'agreementRef', 'dpia'],
  ]
  const inside = (text: string) =>
    [...new Set([...text.matchAll(/canary-(\w+)-song/g)].map(([, name]) => name ?? ''))].sort()

  test('sits in every member of a request that is a text', () => {
    const withoutText = [
      ...codes,
      'studyKind',
      'leadCountry',
      'limits',
      'noStigma',
      'feesAccepted',
      'truthful',
      'safeguards',
      'storagePeriod',
    ]
    const members = Object.keys(body.shape).filter((name) => !withoutText.includes(name))
    expect(
      members.filter((name) => !JSON.stringify(planted[name as keyof typeof planted])?.match(/canary|SANTE/)),
    ).toEqual([])
  })

  test('leaves from public members only, before the decision and after it, in every format', async () => {
    const id = await opened(room, planted)
    const before: readonly Step[] = [
      ['paul', { type: 'submission' }],
      ['lucie', { type: 'completeness', complete: true }],
      ['nadia', { type: 'opinions', opinion: 'conditions', comment: bird('opinion') }],
      ['lucie', { type: 'questions', items: [{ field: 'aim', comment: bird('question') }] }],
      ['paul', { type: 'answers', items: [{ field: 'aim', comment: bird('reply') }] }],
      [
        'rouen',
        { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept', comment: bird('signature') },
      ],
      ['claire', { type: 'decision', decision: 'grant', reasons: bird('grantReasons'), conditions: [] }],
    ]
    for (const step of before) await act(room, id, step)
    const early = await everything()
    expect(inside(early.json ?? '')).toEqual([...atOnce].sort())
    for (const [format, text] of Object.entries(early)) {
      expect({ format, out: inside(text).filter((name) => !atOnce.includes(name)) }).toEqual({
        format,
        out: [],
      })
    }
    const after: readonly Step[] = [
      ['yves', { type: 'confirmation' }],
      ['paul', { type: 'acceptance' }],
      ['nadia', { type: 'suspension', reason: bird('stop') }],
      ['claire', { type: 'revocation', reason: bird('revocation') }],
    ]
    for (const step of after) await act(room, id, step)
    const late = await everything()
    expect(inside(late.json ?? '')).toEqual([...atOnce, ...onceDecided].sort())
    for (const [format, text] of Object.entries(late)) {
      const out = inside(text).filter((name) => ![...atOnce, ...onceDecided].includes(name))
      expect({ format, out }).toEqual({ format, out: [] })
      expect({ format, person: /alice|paul|claire|nadia|demo:|stay_id|Canari\b/i.exec(text)?.[0] }).toEqual({
        format,
      })
    }
  })
})

describe('the files of the register', () => {
  test('in CSV open in a spreadsheet as they are, and run nothing', () => {
    const [head = '', line = ''] = Buffer.from(registerCsv([entry({ title: '=cmd|calc' })], 'en'))
      .toString()
      .split('\r\n')
    expect(head).toMatch(/^\uFEFFNo\.;Received;Applicant;Project;Summary;/)
    expect(line).toBe(
      [
        ...['D-2026-0007', '2025-12-31T23:30:00.000Z', 'CHU de Rouen', "'=cmd|calc", 'Un résumé.', ''],
        ...['SNDS-III-6', 'MR_004', '', 'pmsi-demo', 'GH du Havre', '', '2026-11-01', '2027-10-31', 'active'],
        ...['granted', '2026-01-02T10:00:00.000Z', '', '', 'FR-NOR-2026-000007', 'v1 ab'],
        '2025-12-31T23:30:00.000Z received | 2026-01-02T10:00:00.000Z granted',
        ...['2026-10 11-100', '', '', '', '', '0', ''],
      ].join(';'),
    )
  })

  test('as a feed have an entry for each fact, the newest first', () => {
    const feed = registerFeed([entry({ title: 'A <b> & "c" \u0007\uD800', acronym: 'x' })], {
      address,
      language: 'fr',
    })
    expect(feed.split('\n').slice(0, 16)).toEqual([
      '<?xml version="1.0" encoding="utf-8"?>',
      '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">',
      '<id>http://node.example/transparence</id>',
      '<title>Registre public — huisclos</title>',
      '<updated>2026-01-02T10:00:00.000Z</updated>',
      '<link rel="self" href="http://node.example/transparence.atom"/>',
      '<link rel="alternate" href="http://node.example/transparence"/>',
      '<entry>',
      '<id>http://node.example/transparence/D-2026-0007#fact-2</id>',
      '<title>Accord — A &lt;b&gt; &amp; &quot;c&quot; \uFFFD</title>',
      '<updated>2026-01-02T10:00:00.000Z</updated>',
      '<published>2026-01-02T10:00:00.000Z</published>',
      '<author><name>CHU de Rouen</name></author>',
      '<link rel="alternate" href="http://node.example/transparence/D-2026-0007"/>',
      '<summary>Un résumé.</summary>',
      '</entry>',
    ])
  })
})

test('a feed has the newest facts, so many at most', () => {
  const fact = { fact: 'amended', at: '2026-05-01T10:00:00.000Z' } as const
  const facts = [...entry().facts, ...Array.from({ length: feedLimit }, () => fact)]
  const feed = registerFeed([entry({ facts })], { address, language: 'en' })
  expect(feed.match(/<entry>/g)).toHaveLength(feedLimit)
  expect(feed).not.toContain('Request received')
})

describe('a search of the register', () => {
  const other = entry({
    id: 'D-2027-0001',
    purposes: ['SNDS-III-1'],
    state: 'refused',
    title: 'Été',
    receivedAt: '2027-05-01T10:00:00.000Z',
    applicant: { id: 'univ-caen', name: 'Université de Caen' },
    holders: [],
    datasets: ['labs'],
  })
  const found = (filter: Parameters<typeof searchRegister>[1]) =>
    searchRegister([entry(), other], filter).map(({ id }) => id)

  test.each([
    [{}, ['D-2026-0007', 'D-2027-0001']],
    [{ organisation: 'gh-havre' }, ['D-2026-0007']],
    [{ organisation: 'univ-caen' }, ['D-2027-0001']],
    [{ theme: 'SNDS-III-1' }, ['D-2027-0001']],
    [{ state: 'active' }, ['D-2026-0007']],
    [{ dataset: 'labs' }, ['D-2027-0001']],
    [{ year: '2026' }, ['D-2026-0007']],
    [{ year: '2025' }, []],
    [{ q: 'ETE caen' }, ['D-2027-0001']],
    [{ q: 'ete rouen' }, []],
    [{ state: 'refused', theme: 'SNDS-III-6' }, []],
  ] as const)('for %j', (filter, ids) => {
    expect(found(filter)).toEqual(ids)
  })
})

describe('questions per month', () => {
  test.each([
    [0, '0'],
    [1, '1-10'],
    [10, '1-10'],
    [11, '11-100'],
    [100, '11-100'],
    [101, '101-1000'],
    [1000, '101-1000'],
    [1001, '1001+'],
  ])('%i is told as %s', (count, band) => {
    expect(bandOf(count)).toBe(band)
    expect(bands).toContain(band)
  })

  test('are those of the project, in months that are over, refusals among them', async () => {
    const { project } = await granted(room)
    const of = (change: Partial<MonthlyEntries>): MonthlyEntries => ({
      ...{ month: '2026-10', project, type: 'query.intent', entries: 9 },
      ...change,
    })
    entries = [
      of({}),
      of({ type: 'query.refused', entries: 3 }),
      of({ project: 'another' }),
      of({ type: 'query.release' }),
      of({ project: null }),
    ]
    const [one] = await register.read()
    expect(one?.activity).toEqual([{ month: '2026-10', queries: '11-100', refusals: '1-10' }])
    await register.read()
    expect(periods).toEqual([{ from: 0, to: Date.parse('2026-10-31T23:00:00Z') }])
    room.time.now = Date.parse('2026-11-30T23:00:00Z')
    await register.read()
    expect(periods.at(-1)).toEqual({ from: 0, to: Date.parse('2026-11-30T23:00:00Z') })
  })
})

describe('the signed copy', () => {
  const published = () => room.audit.entries.filter(({ body: one }) => one.type === 'register.published')

  test('is in the log by its hash before it is given out, once for each content', async () => {
    await walked(room, 'submission')
    const [first, again] = [await register.snapshot(), await register.snapshot()]
    expect(again).toBe(first)
    const said = openPublished(first.jws, 'register', publisherOf(room.keys))
    expect(sha256(canonical(said.about.requests))).toBe(first.sha256)
    expect(said.about.requests).toEqual(JSON.parse(JSON.stringify(await register.read())))
    expect(said).toMatchObject({ sha256: first.sha256, receipt: first.receipt })
    expect(room.audit.entries[first.receipt.seq]?.body).toEqual({
      ...{ type: 'register.published', sha256: first.sha256, requests: 1 },
    })
    expect(published()).toHaveLength(1)
    await walked(room, 'submission')
    expect((await register.snapshot()).sha256).not.toBe(first.sha256)
    expect(published()).toHaveLength(2)
  })

  test('is not given out when the log cannot be written', async () => {
    await walked(room, 'submission')
    Object.assign(room.audit, { append: () => Promise.reject(new Error('disk')) })
    await expect(register.snapshot()).rejects.toThrow('disk')
  })

  test('is nobody else’s: another key, another kind, another text', async () => {
    const { jws } = await register.snapshot()
    const stranger = publisherOf((await openRoom()).keys)
    expect(() => openPublished(jws, 'register', stranger)).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    )
    expect(() => openPublished(jws, 'report', publisherOf(room.keys))).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    )
    const foreign = { ...publisherOf(room.keys), issuer: 'another' }
    expect(() => openPublished(jws, 'register', foreign)).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    )
  })
})

describe('a crowd that reads the register', () => {
  let readings: number
  let elapsed: number | undefined
  beforeEach(() => {
    readings = 0
    elapsed = undefined
    const { list } = room.registry
    Object.assign(room.registry, {
      list: () => {
        readings += 1
        return list()
      },
    })
    Object.assign(room.clock, { elapsed: () => elapsed })
  })

  test('at once costs one reading', async () => {
    await Promise.all(Array.from({ length: 20 }, () => register.read()))
    expect(readings).toBe(1)
  })

  test('one by one costs two readings a second, and never misses what has happened', async () => {
    await walked(room, 'submission')
    elapsed = 1_000
    await register.read()
    elapsed = 1_499
    expect(await register.read()).toHaveLength(1)
    expect(readings).toBe(1)
    await walked(room, 'submission')
    expect(await register.read()).toHaveLength(2)
    expect(readings).toBe(2)
    elapsed = 1_999
    await register.read()
    expect(readings).toBe(3)
  })
})

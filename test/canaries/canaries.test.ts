/** I8: no value, literal, token, person or name of a file is in a log, a figure, an error or a file name (security.md 14.3). */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type System, startSystem } from '../contract/system.ts'
import { type Canary, filesIn, filesWith, found, foundIn } from './canaries.ts'
import { type Driven, drive } from './house.ts'

let system: System
let driven: Driven
let scratch: string
let metrics: string
/** The list of entries as the DPO sees it; one question as she sees it, and as she opens it for a reason. */
let listed: string
let shown: string
let opened: string
let names: readonly string[]
let leftover: readonly string[]
let stolen: readonly string[]
const kept: string[] = []
const leaked: string[] = []

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'huisclos-canaries-'))
  system = await startedIn(scratch)
  driven = await drive(system)
  metrics = (await driven.call('GET', '/metrics')).text
  await readAsDpo()
  await system.stop()
  for (const folder of [system.home, scratch]) {
    const searched = await foundIn(folder)
    kept.push(...searched.kept)
    leaked.push(...searched.leaked)
  }
  names = [...(await filesIn(system.home)), ...(await filesIn(scratch))]
  leftover = await filesIn(join(system.home, 'scratch'))
  stolen = await filesWith(system.home, driven.signatures)
}, 240_000)

afterAll(async () => {
  await system?.remove()
  await rm(scratch, { recursive: true, force: true })
})

/** A node whose temporary files are all below one folder. */
async function startedIn(folder: string): Promise<System> {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    return await startSystem()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

async function readAsDpo(): Promise<void> {
  const as = 'nadia'
  const pages: string[] = []
  let cursor = ''
  do {
    const page = await driven.call('GET', `/api/v1/audit/entries?limit=200${cursor}`, { as })
    pages.push(page.text)
    cursor = page.json.next === undefined ? '' : `&cursor=${encodeURIComponent(page.json.next)}`
  } while (cursor !== '')
  listed = pages.join('\n')
  const entries = pages.flatMap((page) => JSON.parse(page).entries as { seq: number; type: string }[])
  const first = entries.findLast(({ type }) => type === 'query.intent')
  const year = new Date().getUTCFullYear()
  const at = `/api/v1/audit/entries/${year}/${first?.seq}`
  shown = (await driven.call('GET', at, { as })).text
  opened = (await driven.call('POST', `${at}/opening`, { as, body: { reason: 'A drill.' } })).text
}

/** Those in any of these answers, but the ones that it may tell; each with the call. */
function toldBy(isOne: (call: string, status: number) => boolean, may: readonly Canary[]): readonly string[] {
  return driven.answers
    .filter(({ call, answer }) => isOne(call, answer.status))
    .flatMap(({ call, answer }) =>
      found(`${answer.text}\n${JSON.stringify([...answer.headers])}`)
        .filter((one) => !may.includes(one))
        .map((one) => `${one} in ${call}`),
    )
}

test('the house went through answers, refusals of every kind, a failure of the engine and the death of a worker', () => {
  expect(driven.codes.at(-1)).toBe('QUERY_FAILED')
  const codes = driven.codes.slice(0, -1)
  for (const code of ['200', 'SYNTAX', 'COLUMN_UNKNOWN', 'IDENTIFIER_OUTPUT', 'TYPE_ERROR', 'QUERY_FAILED'])
    expect(codes).toContain(code)
  expect(system.output()).toContain('a worker died')
  const statuses = new Set(driven.answers.map(({ answer }) => answer.status))
  for (const status of [200, 201, 400, 401, 403, 404, 405, 415, 422]) expect(statuses).toContain(status)
})

describe('none is', () => {
  test('in the operations log', () => {
    expect(found(system.output())).toEqual([])
  })

  test('in the figures', () => {
    expect(found(metrics)).toEqual([])
  })

  test('in a problem document, but names: of columns of the catalogue, and of the caller’s own text and request', () => {
    expect(toldBy((_, status) => status >= 400, ['column', 'alias', 'member'])).toEqual([])
  })

  test('in what a depositor is told of files, but names of their columns', () => {
    expect(toldBy((call) => /\/deposits/.test(call), ['column', 'header'])).toEqual([])
  })

  test('of the rows in an answer to a question', () => {
    const answered = toldBy((call) => /\/queries/.test(call), [])
    expect(answered.filter((one) => /^(row|unit|bad) /.test(one))).toEqual([])
  })

  test('in the public members of entries, but columns of the catalogue', () => {
    expect(found(listed).filter((one) => one !== 'column')).toEqual([])
  })

  test('the name of a file or of a folder', () => {
    expect(names.flatMap((name) => found(name).map((one) => `${one} ${name}`))).toEqual([])
  })

  test('in a file that is not there to hold it', () => {
    expect(leaked).toEqual([])
  })

  test('left in a scratch folder; and no file holds the proof of a token', () => {
    expect(leftover).toEqual(['release'])
    expect(stolen).toEqual([])
  })
})

describe('where one may be it is, so that the search is known to see', () => {
  test.each([
    ['column', /^kept\/catalogues\//],
    ['column', /^audit\//],
    ['alias', /^kept\/catalogues\//],
    ['title', /^postgres\//],
    ['person', /^postgres\//],
    ['comment', /^postgres\//],
    ['attachment', /^postgres\//],
  ] as const)('%s in %s', (canary, place) => {
    const places = kept
      .filter((one) => one.startsWith(`${canary} `))
      .map((one) => one.slice(canary.length + 1))
    expect(places.filter((path) => place.test(path))).not.toEqual([])
  })

  test('a question is sealed in its entry: the DPO reads all of it for a reason, and its literals masked without', () => {
    expect(found(opened)).toEqual(expect.arrayContaining(['literal', 'remark', 'alias', 'column']))
    expect(found(shown)).toEqual(expect.arrayContaining(['column']))
    expect(found(shown).filter((one) => one !== 'column' && one !== 'alias')).toEqual([])
  })
})

/** What was decided once is decided again from the log and the texts kept beside it; every difference is named. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Body } from '../../services/audit/entry.ts'
import { type Kept, openKept } from '../../services/audit/kept.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { textsOf } from '../../services/habilitation/bundle.ts'
import { keptRulebook } from '../../services/habilitation/rulebook.ts'
import { permitText } from '../../services/habilitation/signature.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { Permission } from '../../services/query/permission.ts'
import { type Replayed, replay } from '../../services/query/replay.ts'
import { understand } from '../../services/query/understand.ts'
import { currentPermit, person, rulebook, today } from '../habilitation/fixtures.ts'
import { bulle } from './clinic.ts'

let folder: string
let kept: Kept
let parser: Parser
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-replay-'))
  kept = openKept(folder)
  parser = await openParser({ processes: 1 })
  for (const text of textsOf((await rulebook()).files)) await kept.keep('policies', text)
})
afterAll(async () => {
  await parser?.close()
  await rm(folder, { recursive: true, force: true })
})

const counted = 'SELECT count(*) AS n FROM patients'
const rows = 'SELECT sex FROM patients'

/** What the journal seals of a question of this person at this moment. */
async function sealedOf(sql: string, subject = 'alice') {
  const permission = new Permission(
    {
      accounts: { find: async () => person(subject) },
      bulles: { of: async () => bulle },
      clock: { now: () => today },
      kept,
      permits: { current: async () => currentPermit() },
      rulebook: await rulebook(),
    },
    person(subject),
    { project: 'FR-NOR-2026-000042' },
  )
  const granted = await permission.insist().catch(() => null)
  if (granted) await permission.bulle(granted)
  return { sql, ...permission.grounds }
}

async function intentOf(sql: string): Promise<Body> {
  const { sha256: plan } = await understand(parser, bulle, { sql, today: '2026-11-21' })
  const granted = (await rulebook()).decide({ by: person('alice'), now: today }, currentPermit())
  if (granted.effect === 'deny') throw new Error(granted.rule)
  const { bundle, rules } = granted
  return {
    type: 'query.intent',
    query: 'q',
    permit: { id: 'FR-NOR-2026-000042', version: 1, sha256: sha256(permitText(currentPermit().permit)) },
    purpose: 'SNDS-III-6',
    datasets: [],
    statement: '0'.repeat(64),
    plan,
    decision: { effect: 'permit', bundle, rules: [...rules] },
  }
}

function again(body: Body, content: unknown, from: Kept = kept): Promise<Replayed | null> {
  const read = (hash: string) => from.read('policies', hash)
  const rulebookOf = (of: { bundle: string; node: string }) =>
    keptRulebook(of.bundle, { node: of.node, read })
  const entry = {
    shard: '2026',
    seq: 0,
    ts: '2026-11-21T09:00:00.000Z',
    leaf: '0'.repeat(64),
    numbers: {},
    isSealed: true,
    body,
  }
  return replay({ kept: from, parser, rulebook: rulebookOf }, entry, content)
}

const refused = (code: string, rule?: string): Body => ({
  type: 'query.refused',
  query: 'q',
  code,
  ...(rule === undefined ? {} : { rule }),
})
const agrees = { outcome: 'agrees' }

describe('a replay agrees', () => {
  test('with what was allowed, its rules and its meaning', async () => {
    expect(await again(await intentOf(counted), await sealedOf(counted))).toEqual(agrees)
  })

  test('with what the text was refused for', async () => {
    expect(await again(refused('ROW_LEVEL'), await sealedOf(rows))).toEqual(agrees)
  })

  test('with what the rules refused, and asks nothing of the text then', async () => {
    const sealed = await sealedOf('not SQL at all', 'bruno')
    expect(await again(refused('NO_HABILITATION', 'no-habilitation'), sealed)).toEqual(agrees)
  })

  test('with a check, and with the head of a derived table', async () => {
    const allowed: Body = { type: 'query.checked', query: 'q', decision: 'allow' }
    const table = `CREATE TABLE cohort AS ${rows}`
    expect(await again(allowed, await sealedOf(counted))).toEqual(agrees)
    expect(await again(allowed, await sealedOf(table))).toEqual(agrees)
  })
})

describe('a replay names', () => {
  test('another code of the text', async () => {
    expect(await again(refused('SAMPLE'), await sealedOf(rows))).toEqual({
      outcome: 'differs',
      logged: 'SAMPLE',
      again: 'ROW_LEVEL',
    })
  })

  test('a text that was let through and must not be', async () => {
    expect(await again(await intentOf(counted), await sealedOf(rows))).toMatchObject({
      outcome: 'differs',
      logged: 'allow',
      again: 'ROW_LEVEL',
    })
  })

  test('another meaning of the text', async () => {
    const sealed = await sealedOf('SELECT count(*) AS m FROM patients')
    expect(await again(await intentOf(counted), sealed)).toMatchObject({ outcome: 'differs' })
  })

  test('a person who was let in and is a stranger to the permit', async () => {
    const sealed = await sealedOf(counted, 'bruno')
    expect(await again(await intentOf(counted), sealed)).toMatchObject({
      outcome: 'differs',
      logged: 'permit',
      again: expect.stringMatching(/^NO_HABILITATION /),
    })
  })

  test('a permit that is not the one it was decided on', async () => {
    const intent = await intentOf(counted)
    if (intent.type !== 'query.intent') throw new Error('an intent')
    const other = { ...intent, permit: { ...intent.permit, sha256: 'f'.repeat(64) } }
    expect(await again(other, await sealedOf(counted))).toMatchObject({
      outcome: 'differs',
      logged: `permit sha256:${'f'.repeat(64)}`,
    })
  })

  test('rules that were not those', async () => {
    const intent = await intentOf(counted)
    if (intent.type !== 'query.intent') throw new Error('an intent')
    const other = { ...intent, decision: { ...intent.decision, rules: ['invented'] } }
    expect(await again(other, await sealedOf(counted))).toMatchObject({
      outcome: 'differs',
      logged: 'permit invented',
    })
  })

  test('a refusal of the rules where the rules allow', async () => {
    expect(await again(refused('EXPIRED', 'expired'), await sealedOf(counted))).toMatchObject({
      outcome: 'differs',
      logged: 'EXPIRED',
    })
  })
})

describe('a replay is silent on', () => {
  test.each(['QUERY_FAILED', 'CONFLICT', 'BULLE_NOT_READY', 'UNAVAILABLE'])(
    '%s, which the state of the node decides',
    async (code) => {
      expect(await again(refused(code), await sealedOf(counted))).toBeNull()
    },
  )

  test('entries that are no query', async () => {
    expect(await again({ type: 'log.stopped' }, null)).toBeNull()
  })
})

describe('a replay cannot do without', () => {
  test('what was sealed', async () => {
    expect(await again(await intentOf(counted), null)).toEqual({ outcome: 'lost', what: 'sealed' })
    expect(await again(await intentOf(counted), { sql: counted })).toEqual({
      outcome: 'lost',
      what: 'sealed',
    })
  })

  test.each(['policies', 'permits', 'catalogues'] as const)(
    '%s that are the ones of their hash',
    async (kind) => {
      const copy = await mkdtemp(join(tmpdir(), 'huisclos-replay-'))
      const [intent, sealed] = [await intentOf(counted), await sealedOf(counted)]
      for (const each of ['policies', 'permits', 'catalogues'] as const) {
        for (const hash of await readdir(join(folder, 'kept', each))) {
          const text = await kept.read(each, hash)
          if (each !== kind && text !== null) await openKept(copy).keep(each, text)
        }
      }
      expect(await again(intent, sealed, openKept(copy))).toEqual({ outcome: 'lost', what: kind })
      await rm(copy, { recursive: true })
    },
  )
})

test('a kept text that was changed is not given out, and is written again', async () => {
  const hash = await kept.keep('permits', 'one text')
  await writeFile(join(folder, 'kept', 'permits', hash), 'another text')
  expect(await kept.read('permits', hash)).toBeNull()
  await openKept(folder).keep('permits', 'one text')
  expect(await kept.read('permits', hash)).toBe('one text')
  expect(await kept.read('permits', '../permits')).toBeNull()
})

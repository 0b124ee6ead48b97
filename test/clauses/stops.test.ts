/**
 * Whatever takes a permission away while a query runs ends that query: nothing is answered, whoever asked is told why, and the
 * process that worked for it is gone. Real acts on a register, real engines; and once more with nobody to stop the query.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openDatasets } from '../../services/dataset/filter.ts'
import type { VaultSession } from '../../services/engine/engine.ts'
import type { Person } from '../../services/identity/person.ts'
import type { QueryNeeds } from '../../services/query/question.ts'
import { runQuery } from '../../services/query/run.ts'
import { leastBody, openRoom, person, type Room, today } from '../habilitation/fixtures.ts'
import { act, opened, type Step } from '../habilitation/walk.ts'
import { endless } from './datasets.ts'
import { openWorld, type World } from './world.ts'

let world: World
let room: Room
let needs: QueryNeeds
let main: Granted

interface Granted {
  readonly id: string
  readonly project: string
}

const short = 'SELECT count(*) AS n FROM visits'
const alice = { issuer: 'demo', subject: 'alice' }
const analyst = (subject: string) => ({ issuer: 'demo', subject, profile: 'analyst' })
const line = (dataset: string, table: string) => ({
  dataset,
  justification: 'x',
  tables: { [table]: { columns: '*' } },
})
const body = {
  ...leastBody,
  lines: [line('visits', 'visits'), line('other', 'people')],
  persons: [analyst('alice'), analyst('bruno')],
}
const signature = (dataset: string): Step => [
  'rouen',
  { type: 'countersignatures', dataset, decision: 'accept' },
]
const decision: Step = ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }]
const toAssessment: readonly Step[] = [
  ['paul', { type: 'submission' }],
  ['lucie', { type: 'completeness', complete: true }],
]
const toPermit: readonly Step[] = [decision, ['yves', { type: 'confirmation' }]]

async function granted(lines: typeof body.lines = body.lines): Promise<Granted> {
  const id = await opened(room, { ...body, lines })
  const signed = lines.map(({ dataset }) => signature(dataset))
  for (const step of [...toAssessment, ...signed, ...toPermit]) await act(room, id, step)
  const { projectId } = await act(room, id, ['paul', { type: 'acceptance' }])
  await world.bulles.idle()
  return { id, project: projectId ?? '' }
}

beforeAll(async () => {
  world = await openWorld()
  const { catalogue, bulles, keys } = world
  const { parser, running, clock } = world.needs
  const memory = await openRoom({ keys, datasets: openDatasets({ catalogue, parser }) })
  const effects = { ...memory.effects, stop: running.stop, seal: bulles.seal }
  room = { ...memory, clock, effects }
  needs = { ...world.needs, permits: room.permits }
  main = await granted()
}, 180_000)
afterAll(() => world?.close())
beforeEach(() => {
  world.time.now = today
})

/** Processes of vaults that this process has started and that live. */
function vaults(): readonly number[] {
  const parentOf = (pid: number) =>
    Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return readdirSync('/proc').flatMap((name) => {
    try {
      const isVault = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('vault-worker')
      return isVault && parentOf(Number(name)) === process.pid ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

/** Asks what never ends; resolves when a vault works on it. The answer is caught: it is looked at later. */
async function begun(project: string, by: Person = person('alice'), id = randomUUID()) {
  let onReached = () => {}
  const reached = new Promise<void>((resolve) => {
    onReached = resolve
  })
  const open = async (...given: Parameters<QueryNeeds['vault']['open']>): Promise<VaultSession> => {
    const session = await needs.vault.open(...given)
    const run: VaultSession['run'] = (statement) => {
      onReached()
      return session.run(statement)
    }
    return { run, take: (table) => session.take(table), close: () => session.close() }
  }
  const vault = { ...needs.vault, open }
  const answer = runQuery({ ...needs, vault }, by, { project, sql: endless, id })
  answer.catch(() => 'looked at later')
  await reached
  return { answer, id }
}

async function until(isSo: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && !isSo(); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
  return isSo()
}

/** What is asked comes to its last step, then this happens. */
function atLastStep(happens: () => Promise<unknown> | unknown): QueryNeeds {
  const finish: QueryNeeds['releaser']['finish'] = async (...given) => {
    const rows = await needs.releaser.finish(...given)
    await happens()
    return rows
  }
  const { releaser } = needs
  const encode: QueryNeeds['releaser']['encode'] = (...given) => releaser.encode(...given)
  const send: QueryNeeds['releaser']['send'] = async (...given) => {
    const sent = await releaser.send(...given)
    await happens()
    return sent
  }
  const workbook: QueryNeeds['releaser']['workbook'] = (...given) => releaser.workbook(...given)
  return { ...needs, releaser: { encode, workbook, finish, send, close: () => releaser.close() } }
}

interface Change {
  readonly what: string
  readonly code: string
  readonly acts: (round: number) => readonly Step[]
  /** Leads back to where it was; a change that nothing takes back has a project of its own. */
  readonly back?: readonly Step[]
}

const suspension = (who: string, scope: object = {}): Step => [
  who,
  { type: 'suspension', reason: 'x', ...scope },
]
const lifted = (scope: object = {}): readonly Step[] => [
  ['nadia', { type: 'lift', ...scope }],
  ['claire', { type: 'lift', ...scope }],
]
const shorter = ['2027-09-30', '2027-08-31']

const changes: readonly Change[] = [
  {
    what: 'a suspension of the person',
    code: 'SUSPENDED',
    acts: () => [suspension('nadia', { person: alice })],
    back: lifted({ person: alice }),
  },
  {
    what: 'a suspension of the line by its holder',
    code: 'SUSPENDED',
    acts: () => [suspension('rouen', { line: 'visits' })],
    back: lifted({ line: 'visits' }),
  },
  {
    what: 'a suspension of the whole',
    code: 'SUSPENDED',
    acts: () => [suspension('karim')],
    back: lifted(),
  },
  {
    what: 'the notice of a revocation',
    code: 'REVOKED',
    acts: () => [['claire', { type: 'revocation', reason: 'x' }]],
    back: [
      ['claire', { type: 'dismissal', reasons: 'x' }],
      ['yves', { type: 'dismissal', reasons: 'x' }],
    ],
  },
  {
    what: 'a narrower version',
    code: 'SUPERSEDED',
    acts: (round) => [
      ['paul', { type: 'amendment', patch: { accessPeriod: { until: shorter[round] } } }],
      decision,
    ],
    back: [],
  },
  {
    what: 'a recall of the line',
    code: 'LINE_CLOSED',
    acts: () => [['rouen', { type: 'recall', line: 'visits', reason: 'x' }]],
  },
  {
    what: 'a renunciation',
    code: 'EXPIRED',
    acts: () => [['paul', { type: 'renunciation' }]],
  },
]

describe('a query is ended by', () => {
  test.each(changes)(
    '$what, and its process with it',
    async ({ code, acts, back }) => {
      const { id, project } = back === undefined ? await granted() : main
      const { answer } = await begun(project)
      const before = vaults()
      for (const step of acts(0)) await act(room, id, step)
      await expect(answer).rejects.toMatchObject({ code, facts: { rule: 'query.revoked' } })
      expect(before).not.toEqual([])
      expect(await until(() => before.some((pid) => !vaults().includes(pid)))).toBe(true)
      const next = runQuery(needs, person('alice'), { project, sql: short })
      // What comes after a new version is asked on that one.
      if (code === 'SUPERSEDED') expect(await next).toMatchObject({ rows: [[1000]] })
      else await expect(next).rejects.toMatchObject({ code })
      for (const step of back ?? []) await act(room, id, step)
    },
    120_000,
  )

  test.each(changes)(
    '$what at its last step, though nobody stops it',
    async ({ code, acts, back }) => {
      const { id, project } = back === undefined ? await granted() : main
      const unheard = { ...room, effects: { ...room.effects, stop: () => {} } }
      const last = atLastStep(async () => {
        for (const step of acts(1)) await act(unheard, id, step)
      })
      await expect(runQuery(last, person('alice'), { project, sql: short })).rejects.toMatchObject({
        code,
        facts: { fact: { key: expect.any(String) } },
      })
      for (const step of back ?? []) await act(room, id, step)
    },
    120_000,
  )

  test('no suspension of somebody else, and of no line that it does not read', async () => {
    const { id, project } = main
    const own = await begun(project)
    const other = await begun(project, person('bruno'))
    await act(room, id, suspension('rouen', { line: 'other' }))
    await act(room, id, suspension('nadia', { person: alice }))
    await expect(own.answer).rejects.toMatchObject({ code: 'SUSPENDED' })
    const { running } = needs
    expect(running.isRunning(other.id, project, person('bruno'))).toBe(true)
    expect(running.cancel(other.id, project, person('bruno'))).toBe(true)
    await expect(other.answer).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    for (const step of [...lifted({ line: 'other' }), ...lifted({ person: alice })]) await act(room, id, step)
  }, 120_000)
})

describe('a line that was recalled', () => {
  test('is told by its name alone, gives way to an open one of that name, and is mounted for nobody', async () => {
    const { id, project } = await granted([line('cohort', 'people'), line('other', 'people')])
    const mounted: string[] = []
    const open: QueryNeeds['vault']['open'] = (bulle, options) => {
      mounted.push(...bulle.mounts.map(({ schema }) => schema))
      return needs.vault.open(bulle, options)
    }
    const watched = { ...needs, vault: { ...needs.vault, open } }
    const count = (table: string) =>
      runQuery(watched, person('alice'), { project, sql: `SELECT count(*) AS n FROM ${table}` })
    expect(await count('"cohort".people')).toMatchObject({ rows: [[60]] })
    await expect(count('people')).rejects.toMatchObject({ code: 'RELATION_UNKNOWN' })
    expect(mounted).toEqual(['cohort', 'other'])
    await act(room, id, ['rouen', { type: 'recall', line: 'cohort', reason: 'x' }])
    await expect(count('"cohort".people')).rejects.toMatchObject({
      code: 'LINE_CLOSED',
      facts: { rule: 'line-closed', fact: { with: { datasets: 'cohort' } } },
    })
    expect(await count('people')).toMatchObject({ rows: [[30]] })
    expect(mounted.slice(2)).toEqual(['other'])
  }, 120_000)
})

test('a proof that is ended while the query runs keeps its answer in', async () => {
  const alice = person('alice')
  let account: Person = alice
  const accounts = { find: async () => account }
  const last = atLastStep(() => {
    account = { ...alice, proofs: { ...alice.proofs, training: today } }
  })
  const asked = runQuery({ ...last, accounts }, alice, { project: main.project, sql: short })
  await expect(asked).rejects.toMatchObject({
    code: 'PERSON_NOT_CLEARED',
    facts: { rule: 'person-not-cleared' },
  })
}, 60_000)

describe('time alone ends a query with', () => {
  // The clock of the world stands still: what is asked is allowed however long it takes to begin.
  const soonMs = 300
  const soon = today + soonMs
  const proofs = person('alice').proofs
  const lapsing = (proof: string) => ({ by: person('alice', { proofs: { ...proofs, [proof]: soon } }) })
  const ending = (part: (current: Current) => object) => ({
    permits: {
      current: async (project: string) => {
        const current = await room.permits.current(project)
        return current && { ...current, ...part(current) }
      },
    },
  })
  type Current = NonNullable<Awaited<ReturnType<QueryNeeds['permits']['current']>>>
  type Ending = { readonly by?: Person; readonly permits?: QueryNeeds['permits'] }

  const endings: readonly (readonly [what: string, code: string, Ending])[] = [
    ['the training', 'PERSON_NOT_CLEARED', lapsing('training')],
    ['the charter', 'PERSON_NOT_CLEARED', lapsing('charter')],
    ['the review', 'PERSON_NOT_CLEARED', lapsing('review')],
    ['the permit', 'EXPIRED', ending(({ permit }) => ({ permit: { ...permit, exp: soon / 1000 } }))],
    [
      'the part of the person in the permit',
      'EXPIRED',
      ending(({ permit }) => ({
        permit: { ...permit, persons: permit.persons.map((one) => ({ ...one, exp: soon / 1000 })) },
      })),
    ],
    [
      'the wait for an opinion',
      'SUSPENDED',
      ending(({ standing }) => ({ standing: { ...standing, selfSuspendsAt: soon } })),
    ],
  ]

  test.each(endings)(
    '%s',
    async (_, code, { by = person('alice'), permits = room.permits }) => {
      const accounts = { find: async () => by }
      const asked = runQuery({ ...needs, accounts, permits }, by, { project: main.project, sql: endless })
      await expect(asked).rejects.toMatchObject({
        code,
        facts: { rule: 'query.deadline', fact: { key: 'fact.endedMeanwhile' } },
      })
    },
    60_000,
  )

  test.each(endings)(
    '%s, at its last step',
    async (_, code, { by = person('alice'), permits = room.permits }) => {
      const last = atLastStep(() => {
        world.time.now = soon
      })
      const running = {
        ...needs.running,
        start: (start: Parameters<typeof needs.running.start>[0]) =>
          needs.running.start({ ...start, until: { ...start.until, at: Number.MAX_SAFE_INTEGER } }),
      }
      const accounts = { find: async () => by }
      const asked = runQuery({ ...last, accounts, running, permits }, by, {
        project: main.project,
        sql: short,
      })
      await expect(asked).rejects.toMatchObject({ code, facts: { fact: { key: expect.any(String) } } })
    },
    60_000,
  )
})

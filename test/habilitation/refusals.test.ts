/**
 * Every refusal of this room says three things in both languages: by which rule, what failed, what to do. The refusals are made,
 * not listed: by the cases of the policies, by every command of every role, by every way to break a permit.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { problemOf } from '../../services/gateway/problem.ts'
import { actOn } from '../../services/habilitation/act.ts'
import { type Command, commandBodies } from '../../services/habilitation/commands.ts'
import { insist } from '../../services/habilitation/decide.ts'
import { conflict, notHolder } from '../../services/habilitation/guard.ts'
import { type PersonRule, personRules } from '../../services/habilitation/matrix.ts'
import { openPermit } from '../../services/habilitation/signature.ts'
import { signCompact } from '../../services/identity/jws.ts'
import { canonical } from '../../services/kernel/hash.ts'
import { Refusal, refusals } from '../../services/kernel/refusal.ts'
import { say } from '../../services/kernel/text.ts'
import { exactRefused } from '../../services/query/exact.ts'
import { openRunning } from '../../services/query/running.ts'
import { cases, decided } from '../policy-cases.ts'
import { issuer, newKeys, openRoom, payload, person, rulebook } from './fixtures.ts'
import { opened } from './walk.ts'

/** What the contract keeps a name for, and no line of the services gives yet. */
const reserved = ['TERRITORY', 'LINKAGE_NOT_GRANTED', 'TABULATION_ONLY']

/** Whoever has no habilitation learns nothing more, of no project. */
const silent = 'NO_HABILITATION'

const codes = Object.entries(refusals).flatMap(([code, { room, status }]) =>
  room === 'habilitation' && status === 403 ? [code] : [],
)

async function refusalOf(work: () => unknown): Promise<readonly Refusal[]> {
  try {
    await work()
    return []
  } catch (error) {
    return error instanceof Refusal ? [error] : []
  }
}

async function all(works: readonly (() => unknown)[]): Promise<readonly Refusal[]> {
  const made: Refusal[] = []
  for (const work of works) made.push(...(await refusalOf(work)))
  return made
}

/** Of the rules: one of each case. */
async function ofRules(): Promise<readonly Refusal[]> {
  const rules = await rulebook()
  return all(cases.map((one) => () => insist(decided(rules, one))))
}

/** Of the matrix: every command by everybody, on a request of somebody else. */
async function ofCommands(): Promise<readonly Refusal[]> {
  const room = await openRoom()
  const id = await opened(room)
  const who = ['alice', 'paul', 'lucie', 'nadia', 'ines', 'claire', 'rouen', 'karim']
  const works = ['opening', ...Object.keys(commandBodies)].flatMap((type) =>
    who.map((subject) => () => actOn(room, person(subject), { id, command: { type } as unknown as Command })),
  )
  return (await all(works)).filter(({ code }) => code === 'ROLE' || code === 'CONFLICT_OF_INTEREST')
}

/** Of a permit that is none: form, issuer, text, signature. */
function ofPermits(): Promise<readonly Refusal[]> {
  const keys = newKeys()
  const { kid, privateKey: key } = keys.authority
  const token = (text: string, typ = 'huisclos-permit+jws') => signCompact({ payload: text, key, kid, typ })
  const broken = [
    token(canonical({ ...payload, holiday: true })),
    token(canonical({ ...payload, iss: 'https://elsewhere.example' })),
    token(JSON.stringify(payload)),
    token('no JSON'),
    token(canonical(payload), 'at+jwt'),
    '',
  ]
  return all(broken.map((jws) => () => openPermit(jws, { ...keys, issuer })))
}

/** Of a query that was stopped, and of one that time ended. */
async function ofRunning(): Promise<readonly Refusal[]> {
  const running = openRunning({ now: () => 0 })
  const about = { project: 'p', by: person('alice'), timeoutMs: 1000 }
  const never = () => new Promise(() => {})
  const stopped = running.start({ ...about, id: 'a', until: { at: 9e12, code: 'EXPIRED' } })
  running.stop('p', 'REVOKED')
  const ended = running.start({ ...about, id: 'b', until: { at: 1, code: 'PERSON_NOT_CLEARED' } })
  const made = await all([() => stopped.wait(never()), () => ended.wait(never())])
  for (const run of [stopped, ended]) run.end()
  return made
}

let made: readonly Refusal[]
beforeAll(async () => {
  const ofPersons = [...(Object.keys(personRules) as PersonRule[]).map(conflict), notHolder()]
  const groups = await Promise.all([ofRules(), ofCommands(), ofPermits(), ofRunning()])
  expect(groups.map((group) => group.length > 1)).toEqual([true, true, true, true])
  made = [...groups.flat(), ...ofPersons, exactRefused()]
})

describe('a refusal of the habilitation', () => {
  test('is made here for every code but those that nobody gives yet', () => {
    const here = new Set<string>(made.map(({ code }) => code))
    expect(codes.filter((code) => !here.has(code))).toEqual(reserved)
  })

  test.each(reserved)('%s is given by no line of the services: who gives it makes it here too', (code) => {
    const folder = new URL('../../services/', import.meta.url)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    const naming = files.filter((file) =>
      readFileSync(new URL(file, folder), 'utf8').includes(`Refusal('${code}'`),
    )
    expect(naming).toEqual([])
  })

  test.each(['fr', 'en'] as const)('names its rule, what failed and what to do, in %s', (language) => {
    const lacking = made.flatMap((refusal) => {
      const { code, rule = '', detail, hint } = problemOf(refusal, language)
      const { fact } = refusal.facts
      const said = fact === undefined ? '' : say(language, fact)
      const isTold = code === silent ? fact === undefined : said !== '' && detail.includes(said)
      const isWhole = !/\{\{|undefined|: \./.test(detail + hint)
      return rule !== '' && hint !== '' && isTold && isWhole ? [] : [{ code, rule, detail, hint }]
    })
    expect(lacking).toEqual([])
  })
})

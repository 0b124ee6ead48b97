/** A whole node: its visas as an outsider verifies them, the passports of others at its door, and what a query makes of them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { passport } from '../../services/cli/passport.ts'
import { replayAll } from '../../services/cli/replay.ts'
import { mintDemoToken, openDemoKeys } from '../../services/identity/demo-keys.ts'
import { readKeys } from '../../services/identity/issuer-keys.ts'
import { openVisa } from '../../services/identity/visa.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { administer, openDatabase, type TestDatabase } from '../house.ts'
import { type IssuerHouse, linked, openIssuerHouse } from '../identity/visa-issuer.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
let database: TestDatabase
let issuer: IssuerHouse
let project = ''
let signIn = ''

beforeAll(async () => {
  issuer = await openIssuerHouse(systemClock)
  database = await openDatabase()
  const visaIssuers = [issuer.trust()]
  node = await openTestNode({ databaseUrl: database.url, visaIssuers, mode: { kind: 'demo', demo: 'full' } })
  project = (await node.call('GET', '/api/v1/projects', { as: 'alice' })).json.projects[0].id
  signIn = (await openDemoKeys(node.home)).trust.identifiers[0] ?? ''
}, 120_000)
afterAll(async () => {
  await node?.close()
  await database?.close()
  await issuer?.close()
})

const visasOf = async (as: string): Promise<readonly string[]> =>
  (await node.call('GET', '/api/v1/me/passport', { as })).json.ga4gh_passport_v1
const count = { sql: 'SELECT count(*) FROM stays' }
const query = (as = 'alice') => node.call('POST', `/api/v1/projects/${project}/queries`, { as, body: count })

/** A passport of this person for this node: who they are here, and visas of every kind. */
function passportOf(subject: string): string {
  const claims = { sub: subject }
  const link = { type: 'LinkedIdentities', by: 'system', value: linked([subject, signIn]) }
  const grant = {
    type: 'ControlledAccessGrants',
    by: 'dac',
    value: `${node.url}/api/v1/projects/${project}#pmsi-demo`,
  }
  return issuer.passport([issuer.visa(link, claims), issuer.visa({}, claims), issuer.visa(grant, claims)], {
    sub: subject,
    aud: node.url,
  })
}
const hand = (as: string, token = passportOf(as)) =>
  node.call('PUT', '/api/v1/me/passport', { as, body: { passport: token } })

/** Entries of one type, the newest first, in full. */
async function entriesOf(type: string) {
  const { entries } = (await node.call('GET', `/api/v1/audit/entries?type=${type}`, { as: 'nadia' })).json
  const details = entries.map(({ shard, seq }: { shard: string; seq: number }) =>
    node.call('GET', `/api/v1/audit/entries/${shard}/${seq}`, { as: 'nadia' }),
  )
  return (await Promise.all(details)).map(({ json }) => json)
}

describe('a visa of this node', () => {
  test('is verified by an outsider who knows its issuer alone', async () => {
    const [visa = ''] = await visasOf('alice')
    const claims = JSON.parse(Buffer.from(visa.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.iss).toBe(`${node.url}/visas`)
    const { json: metadata } = await node.call('GET', '/visas/.well-known/openid-configuration')
    expect(metadata).toMatchObject({ issuer: claims.iss, jwks_uri: `${node.url}/visas/jwks.json` })
    const keys = readKeys(await (await fetch(metadata.jwks_uri)).text(), ['ES256']) ?? new Map()
    const trust = {
      issuer: claims.iss,
      jwks: metadata.jwks_uri,
      algorithms: ['ES256' as const],
      broker: false,
    }
    const read = openVisa(visa, { issuer: { ...trust, sources: {} }, keys, now: Date.now() })
    expect(read).toMatchObject({ type: 'ControlledAccessGrants', by: 'dac', source: node.url })
    expect((await fetch(read.value, { method: 'HEAD' })).status).toBe(401)
    expect(await entriesOf('visa.issued')).toMatchObject([{ project, body: { sha256: sha256(visa) } }])
  })

  test('is no credential here, and neither is a passport', async () => {
    const [visa = ''] = await visasOf('alice')
    for (const token of [visa, passportOf('alice'), issuer.visa()]) {
      const headers = { authorization: `Bearer ${token}` }
      expect(await node.call('GET', '/api/v1/me', { headers })).toMatchObject({ status: 401 })
    }
  })

  test('is not made for whoever is in no project', async () => {
    expect(await visasOf('bruno')).toEqual([])
    expect(await visasOf('nadia')).toEqual([])
  })
})

describe('a passport of others', () => {
  test('stands for the proof that the person lacks: in the decision, in its entries, and in a replay of them', async () => {
    await administer(
      database.url,
      "UPDATE identity_account SET charter_until_ms = NULL WHERE subject = 'alice'",
    )
    expect(await query()).toMatchObject({ status: 403, json: { code: 'PERSON_NOT_CLEARED' } })
    expect(await visasOf('alice')).toEqual([])
    const told = await hand('alice')
    expect(told).toMatchObject({
      status: 200,
      json: {
        visas: [{ counts: true }, { counts: true }, { counts: false, rule: 'visa.unused' }],
        proofs: [{ proof: 'charter' }],
      },
    })
    const counted = told.json.proofs[0].visas.sort()
    expect(await query()).toMatchObject({ status: 200 })
    const [intent] = await entriesOf('query.intent')
    const [release] = await entriesOf('query.release')
    expect(intent.body.decision.visas).toEqual(counted)
    expect(release.body.decision.visas).toEqual(counted)
    expect((await entriesOf('passport.received'))[0].body.visas).toEqual(counted)
    expect((await node.call('GET', '/api/v1/me', { as: 'alice' })).json.proofs).toHaveProperty('charter')
    expect(await visasOf('alice')).toHaveLength(1)
    const said: string[] = []
    const sink = { write: (text: string) => said.push(text) > 0 }
    const out = { stdout: sink, stderr: sink, signal: new AbortController().signal }
    const status = await replayAll({ dir: join(node.home, 'audit'), out: out as never, isTerminal: false })
    expect({ status, said: said.join('') }).toMatchObject({ status: 0 })
  })

  test('is named in no decision that does not need it', async () => {
    await administer(
      database.url,
      "UPDATE identity_account SET charter_until_ms = 9e12 WHERE subject = 'alice'",
    )
    expect(await query()).toMatchObject({ status: 200 })
    const [intent] = await entriesOf('query.intent')
    expect(intent.body.decision).not.toHaveProperty('visas')
  })

  test('gives no right by itself, whatever its visas say', async () => {
    expect(await hand('bruno')).toMatchObject({ status: 200, json: { proofs: [{ proof: 'charter' }] } })
    expect(await query('bruno')).toMatchObject({ status: 403, json: { code: 'NO_HABILITATION' } })
    expect((await node.call('GET', '/api/v1/me', { as: 'bruno' })).json).toMatchObject({
      roles: ['researcher'],
    })
  })

  test('of somebody else is refused, told why in words, and recorded', async () => {
    const refused = await hand('bruno', passportOf('alice'))
    expect(refused).toMatchObject({
      status: 422,
      json: { code: 'INVALID', rule: 'passport.subject', receipt: {} },
    })
    expect((await entriesOf('access.refused'))[0].body).toMatchObject({ rule: 'passport.subject' })
  })
})

describe('the command', () => {
  async function run(as: string, options: { present?: string; json?: boolean } = {}): Promise<string> {
    const token = await mintDemoToken({ home: node.home, subject: as, clock: systemClock })
    const said: string[] = []
    const sink = { write: (text: string) => said.push(text) > 0 }
    const out = { stdout: sink, stderr: sink, signal: new AbortController().signal }
    await passport({ url: node.url, token, language: 'fr' }, out as never, options)
    return said.join('')
  }

  test('shows what is granted and until when, or the tokens themselves', async () => {
    expect(await run('alice')).toMatch(
      /^ControlledAccessGrants {2}http.*#pmsi-demo {2}jusqu’à \/ until \d{4}-/,
    )
    expect(JSON.parse(await run('alice', { json: true })).ga4gh_passport_v1).toHaveLength(1)
    expect(await run('bruno')).toMatch(/^aucun visa/)
  })

  test('hands in the passport of a file, and says what each visa is worth', async () => {
    const present = join(node.home, 'passport.jwt')
    await writeFile(present, `${passportOf('bruno')}\n`)
    expect(await run('bruno', { present })).toMatch(
      /compte \/ counts\n.*ne compte pas \/ does not count: visa\.unused\n→ charter/s,
    )
    expect(JSON.parse(await run('bruno', { present, json: true })).proofs).toHaveLength(1)
    await expect(run('bruno', { present: `${present}.none` })).rejects.toMatchObject({ exit: 64 })
  })
})

describe('a stop', () => {
  test('ends the visas at once', async () => {
    expect(await visasOf('alice')).toHaveLength(1)
    const { habilitation } = (await node.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })).json
    const path = `/api/v1/habilitations/${habilitation}/suspension`
    expect(await node.call('POST', path, { as: 'nadia', body: { reason: 'A doubt.' } })).toMatchObject({
      status: 200,
    })
    expect(await visasOf('alice')).toEqual([])
  })
})

/** The visas that this node issues: of what one may query at this moment, and of nothing else. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { keySet } from '../../services/habilitation/keys.ts'
import type { PermitPayload } from '../../services/habilitation/permit.ts'
import type { Permits } from '../../services/habilitation/permits.ts'
import { openPermit } from '../../services/habilitation/signature.ts'
import { issueVisas, type VisaNeeds, visaAuthority, visaIssuerAt } from '../../services/habilitation/visa.ts'
import { readKeys } from '../../services/identity/issuer-keys.ts'
import type { Person } from '../../services/identity/person.ts'
import { openVisa } from '../../services/identity/visa.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { type currentPermit, openRoom, payload, person, type Room, today } from './fixtures.ts'
import { granted } from './walk.ts'

const address = 'https://huisclos.example.fr'
const hour = 3_600_000
let room: Room
let project: string
let standing: Parameters<typeof currentPermit>[1]
let permit: Partial<PermitPayload>

beforeEach(async () => {
  room = await openRoom()
  project = (await granted(room)).project
  standing = {}
  permit = {}
})

/** The permits of the room, changed as a test has it; the project itself went through every act. */
const permits: Permits = {
  current: async (id) => {
    const current = await room.permits.current(id)
    if (current === null) return null
    return {
      ...current,
      permit: { ...current.permit, ...permit },
      standing: { ...current.standing, ...standing },
    }
  },
}
const needs = (change: Partial<VisaNeeds> = {}): VisaNeeds => ({ ...room, permits, address, ...change })
const issue = (as: Person = person('alice'), change: Partial<VisaNeeds> = {}) => issueVisas(needs(change), as)

function read(visa: string | undefined): {
  header: Record<string, unknown>
  claims: Record<string, unknown>
} {
  const [header, claims] = (visa ?? '').split('.').map((part) => Buffer.from(part, 'base64url').toString())
  return { header: JSON.parse(header ?? ''), claims: JSON.parse(claims ?? '') }
}
const endOf = (visa: string | undefined) => Number(read(visa).claims.exp) * 1_000

/** What a case has otherwise than the project of alice. */
interface Changed {
  readonly as?: Person
  readonly standing?: Parameters<typeof currentPermit>[1]
  readonly permit?: Partial<PermitPayload>
}

describe('a visa', () => {
  test('says of a permit in force what GA4GH has it say, for an hour', async () => {
    const visas = await issue()
    const { header, claims } = read(visas[0])
    expect(visas).toHaveLength(1)
    expect(header).toEqual({
      alg: 'ES256',
      typ: 'vnd.ga4gh.visa+jwt',
      kid: room.keys.visas.kid,
      jku: `${address}/visas/jwks.json`,
    })
    expect(claims).toEqual({
      iss: `${address}/visas`,
      sub: 'demo:alice',
      jti: expect.any(String),
      iat: today / 1_000,
      exp: (today + hour) / 1_000,
      ga4gh_visa_v1: {
        type: 'ControlledAccessGrants',
        asserted: expect.any(Number),
        value: `${address}/api/v1/projects/${project}#pmsi-demo`,
        source: address,
        by: 'dac',
      },
    })
  })

  test('is verified by our own reader of the visas of others, with the keys as they are published', async () => {
    const [visa = ''] = await issue()
    const { issuer, jwks } = visaIssuerAt(address)
    const published = JSON.stringify(keySet(visaAuthority(room.keys, address)))
    const keys = readKeys(published, ['ES256'])
    expect(published).not.toContain('"d"')
    const trust = { issuer, jwks, algorithms: ['ES256' as const], broker: false, sources: {} }
    expect(openVisa(visa, { issuer: trust, keys: keys ?? new Map(), now: today })).toMatchObject({
      type: 'ControlledAccessGrants',
      by: 'dac',
      identity: { issuer, subject: 'demo:alice' },
    })
  })

  test('has a key of its own: no permit and no certificate is signed with it, and it opens no permit', async () => {
    const { authority, operator, visas } = room.keys
    expect(new Set([authority.kid, operator.kid, visas.kid]).size).toBe(3)
    const [visa = ''] = await issue()
    expect(() => openPermit(visa, visaAuthority(room.keys, address))).toThrow('PERMIT_INVALID')
  })

  test('is in the log by its hash, before anybody has it', async () => {
    const before = room.audit.entries.length
    const [visa = ''] = await issue()
    const entries = room.audit.entries.slice(before)
    expect(entries).toMatchObject([
      {
        body: {
          type: 'visa.issued',
          permit: { id: project, version: 1 },
          dataset: 'pmsi-demo',
          sha256: sha256(visa),
        },
        about: { by: { subject: 'alice' }, project, holders: ['chu-rouen'] },
      },
    ])
    expect(JSON.stringify(entries)).not.toContain(visa.split('.')[2])
    const append = async () => {
      throw new Error('the log is full')
    }
    await expect(issue(person('alice'), { audit: { origin: 'x', append } })).rejects.toThrow(
      'the log is full',
    )
  })

  test('is of the permit that was signed for, and names no purpose: one with several has its visa', async () => {
    permit = {
      purposes: ['SNDS-III-5', 'SNDS-III-6'],
      objectives: [
        { id: 'O1', label: 'a' },
        { id: 'O2', label: 'b' },
      ],
    }
    expect(await issue()).toHaveLength(1)
    permit = { objectives: [] }
    expect(await issue()).toHaveLength(1)
  })
})

describe('a visa ends', () => {
  const soon = today + hour / 2
  const { charter: _, ...others } = person('alice').proofs
  test.each<[string, Changed]>([
    ['the permit', { permit: { exp: soon / 1_000 } }],
    [
      'the part of the person in it',
      { permit: { persons: payload.persons.map((one) => ({ ...one, exp: soon / 1_000 })) } },
    ],
    ['an emergency that suspends itself', { standing: { selfSuspendsAt: soon } }],
    ['a proof of the person', { as: person('alice', { proofs: { ...others, charter: soon } }) }],
    [
      'the visa of somebody else that stands for a proof',
      { as: person('alice', { proofs: others, vouched: [{ proof: 'charter', until: soon, visas: [] }] }) },
    ],
  ])('with %s', async (_name, { as, ...changed }) => {
    standing = changed.standing ?? {}
    permit = changed.permit ?? {}
    const [visa] = await issue(as)
    expect(endOf(visa)).toBe(soon)
  })

  test('and names in the log the visas of others that it rests on', async () => {
    const visas = ['b'.repeat(64)]
    await issue(person('alice', { proofs: others, vouched: [{ proof: 'charter', until: soon, visas }] }))
    expect(room.audit.entries.at(-1)?.body).toMatchObject({ type: 'visa.issued', visas })
    await issue()
    expect(room.audit.entries.at(-1)?.body).not.toHaveProperty('visas')
  })

  test('and there is none when less than a second is left', async () => {
    permit = { exp: (today + 1_000) / 1_000 }
    expect(await issue()).toHaveLength(1)
    permit = { exp: today / 1_000 + 0.9 }
    expect(await issue()).toEqual([])
  })
})

describe('there is no visa', () => {
  const alice = { issuer: 'demo', subject: 'alice' }
  test.each<[string, Changed]>([
    ['for a person of no project', { as: person('bruno') }],
    ['for the lead, who is not listed', { as: person('paul') }],
    ['for the DPO, who may see every project', { as: person('nadia') }],
    ['for the person of the same name of another issuer', { as: person('alice', { issuer: 'other' }) }],
    ['with one factor', { as: person('alice', { level: 1 }) }],
    ['without a proof', { as: person('alice', { proofs: {} }) }],
    ['while the permit is suspended', { standing: { state: 'suspended' } }],
    ['while its revocation is noticed', { standing: { state: 'revocation_noticed' } }],
    ['once it is revoked', { standing: { state: 'revoked' } }],
    ['while the line is suspended', { standing: { openLines: [], suspendedLines: ['L1'] } }],
    ['once the line is closed', { standing: { openLines: [] } }],
    ['while the person is suspended', { standing: { suspendedPersons: [alice] } }],
    ['before the first day', { permit: { nbf: today / 1_000 + 60 } }],
    ['after the last day', { permit: { exp: today / 1_000 } }],
    ['of a version that another one replaced', { standing: { currentVersion: 2 } }],
    ['of the permit of another node', { permit: { node: ['elsewhere'] } }],
  ])('%s', async (_, { as = person('alice'), ...changed }) => {
    standing = changed.standing ?? {}
    permit = changed.permit ?? {}
    expect(await issue(as)).toEqual([])
    expect(room.audit.entries.map(({ body }) => body.type)).not.toContain('visa.issued')
  })

  test('of what is suspended while it is written down', async () => {
    const audit: VisaNeeds['audit'] = {
      origin: room.audit.origin,
      append: (body, about) => {
        standing = { state: 'suspended' }
        return room.audit.append(body, about)
      },
    }
    expect(await issue(person('alice'), { audit })).toEqual([])
    expect(room.audit.entries.at(-1)?.body.type).toBe('visa.issued')
  })
})

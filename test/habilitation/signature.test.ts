/** What makes a permit a permit: the signature of the authority on exactly these bytes, and of each holder on its line. */
import { createPublicKey } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { openKeys } from '../../services/habilitation/keys.ts'
import type { PermitPayload } from '../../services/habilitation/permit.ts'
import { openPermits } from '../../services/habilitation/permits.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import {
  isSigned,
  lineText,
  openPermit,
  signLine,
  signPermit,
} from '../../services/habilitation/signature.ts'
import { signCompact } from '../../services/identity/jws.ts'
import { canonical, sha256 } from '../../services/kernel/hash.ts'
import { issuer, newKeys, openMemoryRegistry, openRoom, payload, person, today } from './fixtures.ts'
import { granted, walked } from './walk.ts'

const keys = newKeys()
const [first] = payload.lines
if (first === undefined) throw new Error('the fixture has a line')

/** A token over any payload, with any type, by the key of the authority. */
function token(content: unknown, typ = 'huisclos-permit+jws'): string {
  const { kid, privateKey } = keys.authority
  return signCompact({ payload: canonical(content), key: privateKey, kid, typ })
}

describe('a permit', () => {
  test('is opened as it was signed, and named by the hash of its payload bytes', () => {
    const signed = signPermit(payload, keys.authority)
    expect(openPermit(signed.jws, keys)).toEqual(signed)
    expect(signed.sha256).toBe(sha256(canonical(payload)))
    expect(signPermit(payload, keys.authority).sha256).toBe(signed.sha256)
    expect(signPermit(payload, keys.authority).jws).not.toBe(signed.jws)
  })

  const without = (member: keyof PermitPayload) =>
    Object.fromEntries(Object.entries(payload).filter(([name]) => name !== member))

  test.each([
    ['a session token signed with the same key', token(payload, 'at+jwt')],
    ['no end', token(without('exp'))],
    ['no beginning', token(without('nbf'))],
    ['an end that is no whole second', token({ ...payload, exp: 1.5 })],
    ['another issuer', token({ ...payload, iss: 'https://elsewhere.example' })],
    ['another audience', token({ ...payload, aud: 'huisclos:session' })],
    ['a clause that this node does not know', token({ ...payload, holiday: true })],
    ['a threshold below eleven', token({ ...payload, lines: [{ ...first, k: 3 }] })],
    [
      'consent to show single persons',
      token({ ...payload, lines: [{ ...first, establishmentLevel: 'consented' }] }),
    ],
    [
      'fewer than three establishments',
      token({ ...payload, lines: [{ ...first, k: 2, entity: 'establishment' }] }),
    ],
    ['a key that is not the authority’s', signPermit(payload, newKeys().authority).jws],
    ['nothing', ''],
  ])('with %s is none', (_, jws) => {
    expect(() => openPermit(jws, keys)).toThrow(expect.objectContaining({ code: 'PERMIT_INVALID' }))
  })

  test('may have three establishments per cell, and their holder’s consent', () => {
    const line = { ...first, k: 3, entity: 'establishment', establishmentLevel: 'consented' } as const
    const signed = signPermit({ ...payload, lines: [line] }, keys.authority)
    expect(openPermit(signed.jws, keys).lines).toEqual([line])
  })

  test('of which one byte was changed is none', () => {
    const [header, body = '', signature] = signPermit(payload, keys.authority).jws.split('.')
    const changed = Buffer.from(body, 'base64url').toString().replace('"alice"', '"bruno"')
    const jws = [header, Buffer.from(changed).toString('base64url'), signature].join('.')
    expect(() => openPermit(jws, keys)).toThrow(expect.objectContaining({ code: 'PERMIT_INVALID' }))
  })

  test('that is stored but not signed lets nobody in', async () => {
    const room = await openRoom({ keys })
    const { project } = await granted(room)
    const others = openPermits({ registry: room.registry, keys: newKeys() })
    await expect(others.current(project)).rejects.toMatchObject({ code: 'PERMIT_INVALID' })
  })
})

describe('a line', () => {
  test('of which one column was flipped after the signature is closed', async () => {
    const key = await keys.holderKey('chu-rouen')
    if (key === null) throw new Error('the fixture keeps keys')
    const signed = signLine(first, key)
    const publicKeys = await keys.holderPublicKeys('chu-rouen')
    expect(isSigned(signed, publicKeys)).toBe(true)
    expect(signed.holderJws).toMatch(/^[\w-]+\.\.[\w-]+$/)
    const flipped = { ...signed, tables: { patients: { columns: ['patient_id', 'department', 'name'] } } }
    expect(isSigned(flipped, publicKeys)).toBe(false)
    expect(isSigned(signed, await keys.holderPublicKeys('gh-havre'))).toBe(false)

    const registry = { ...openMemoryRegistry(), ...(await storing({ ...payload, lines: [flipped] })) }
    const current = await openPermits({ registry, keys }).current(payload.base)
    expect(current?.standing.openLines).toEqual([])
  })

  test('of a holder that keeps its own key waits for its signature, and takes no other', async () => {
    const holder = newKeys().authority
    const publicKey = createPublicKey(holder.privateKey)
    const own = {
      ...keys,
      holderKey: async () => null,
      holderPublicKeys: async () => new Map([[holder.kid, publicKey]]),
    }
    const room = await openRoom({ keys: own })
    const id = await walked(room, 'completeness')
    const sign = (jws?: string) =>
      actOn(room, person('rouen'), {
        id,
        command: { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept', ...(jws && { jws }) },
      })
    await expect(sign()).rejects.toMatchObject({ code: 'INCOMPLETE' })
    const { lines } = await readHabilitation(room, person('rouen'), id)
    const text = lines[0]?.toSign ?? ''
    const detached = (by: typeof holder) => {
      const [header, , end] = signCompact({
        payload: text,
        key: by.privateKey,
        kid: by.kid,
        typ: 'huisclos-line+jws',
      }).split('.')
      return `${header}..${end}`
    }
    await expect(sign(detached(keys.authority))).rejects.toMatchObject({ code: 'INCOMPLETE' })
    expect(await sign(detached(holder))).toMatchObject({ lines: [{ state: 'countersigned' }] })
    expect(text).toContain('"columns":["patient_id","department","sex"]')
  })

  test('is signed without its signature', () => {
    expect(lineText(first)).not.toContain('holderJws')
  })
})

/** A registry that holds one granted request with this permit. */
async function storing(content: PermitPayload) {
  const room = await openRoom({ keys })
  const { id } = await granted(room)
  const stored = await room.registry.read(id)
  if (stored === null) throw new Error('not stored')
  const { jws } = signPermit(content, keys.authority)
  const found = { id, events: stored.events.length, jws }
  return { ofProject: async () => found, read: async () => stored }
}

describe('the folder of keys', () => {
  let folder = ''
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const open = async (registered = new Map()) =>
    openKeys({ folder, issuer, registered, keepsHolderKeys: true })

  test('is made once, readable by its owner only, and the same after a restart', async () => {
    folder = await mkdtemp(join(tmpdir(), 'huisclos-keys-'))
    const before = await open()
    const rouen = await before.holderKey('chu-rouen')
    const file = await stat(join(folder, 'authority.pem'))
    expect(file.mode & 0o777).toBe(0o600)
    expect(await readFile(join(folder, 'authority.pem'), 'utf8')).toContain('BEGIN PRIVATE KEY')
    const after = await open()
    expect(after.authority.kid).toBe(before.authority.kid)
    expect((await after.holderKey('chu-rouen'))?.kid).toBe(rouen?.kid)
    expect((await after.holderKey('gh-havre'))?.kid).not.toBe(rouen?.kid)
  })

  test('has no key for a holder that registered its own', async () => {
    folder = await mkdtemp(join(tmpdir(), 'huisclos-keys-'))
    const own = createPublicKey(newKeys().authority.privateKey)
    const keyring = await open(new Map([['chu-rouen', own]]))
    expect(await keyring.holderKey('chu-rouen')).toBeNull()
    expect([...(await keyring.holderPublicKeys('chu-rouen')).values()]).toEqual([own])
  })

  test('makes no file for a name that is a path', async () => {
    folder = await mkdtemp(join(tmpdir(), 'huisclos-keys-'))
    const keyring = await open()
    await expect(keyring.holderKey('../authority')).rejects.toMatchObject({ code: 'INVALID' })
  })
})

test('a permit counts its period in calendar days of Paris', async () => {
  const room = await openRoom()
  const { project } = await granted(room)
  const current = await room.permits.current(project)
  // A past `from` begins at the acceptance; the end is winter time, one hour before midnight UTC.
  expect([current?.permit.nbf, current?.permit.exp]).toEqual([
    today / 1000,
    Date.parse('2027-10-31T23:00:00Z') / 1000,
  ])
})

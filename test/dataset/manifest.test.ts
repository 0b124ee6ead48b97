import { createHash, createPublicKey } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type DepositNeeds,
  openDeposit,
  readDeposit,
  receiveTable,
  type ShownDeposit,
  submitDeposit,
} from '../../services/dataset/deposit.ts'
import { receiveManifest } from '../../services/dataset/dialogue.ts'
import { type HolderManifest, manifestHash, signManifest } from '../../services/dataset/holder-manifest.ts'
import { createKeyFile, registeredKeys, signingKeyOf } from '../../services/habilitation/keys.ts'
import type { SigningKey } from '../../services/habilitation/signature.ts'
import { chunks, declare, havre, openRoom, type Room, rouen } from './room.ts'
import { acts, people, small } from './small.ts'

let room: Room
let key: SigningKey
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, small('signed'))
  const kept = await room.keys.holderKey('chu-rouen')
  if (kept === null) throw new Error('the room keeps this key')
  key = kept
})
afterAll(() => room.close())

const hashed = (text: string) => createHash('sha256').update(text).digest('hex')
const entryOf = (name: string, text: string, rows: number) => ({
  ...{ name, rows, bytes: Buffer.byteLength(text), sha256: hashed(text) },
})

async function manifest(changes: Partial<HolderManifest> = {}): Promise<HolderManifest> {
  const found = await room.needs.register.find('signed')
  return {
    v: 1,
    dataset: 'signed',
    schema: found?.sha256 ?? '',
    tables: [entryOf('people', people, 2), entryOf('acts', acts, 3)],
    pseudonymKey: null,
    optOuts: null,
    producedAt: '2026-11-21T12:00:00.000Z',
    ...changes,
  }
}

/** Deposits the two sound tables under this manifest. */
async function under(jws: string | null, needs: DepositNeeds = room.needs): Promise<ShownDeposit> {
  const { id } = await openDeposit(needs, rouen, { dataset: 'signed' })
  for (const [table, text] of Object.entries({ people, acts })) {
    const body = chunks(Buffer.from(text))
    await receiveTable(needs, rouen, { deposit: id, table, contentType: 'text/csv', body })
  }
  if (jws !== null) await receiveManifest(needs, rouen, { deposit: id, jws })
  await submitDeposit(needs, rouen, { deposit: id })
  await needs.checker.idle()
  return readDeposit(needs, rouen, { deposit: id, language: 'en' })
}

const told = ({ status, findings }: ShownDeposit) => [
  status,
  ...findings.map(({ rule, table, message }) => [rule, table, message.split(': ').at(-1)]),
]

describe('a manifest that its holder signed', () => {
  test('goes with the version and with its entry in the log', async () => {
    const jws = signManifest(await manifest(), key)
    const shown = await under(jws)
    expect(shown).toMatchObject({ status: 'accepted', findings: [], manifestSha256: manifestHash(jws) })
    const own = room.audit.entries.map(({ body }) => body).filter((body) => 'deposit' in body)
    const signedSha256 = manifestHash(jws)
    expect(own).toContainEqual(expect.objectContaining({ type: 'deposit.signed', sha256: signedSha256 }))
    expect(own).toContainEqual(expect.objectContaining({ type: 'deposit.accepted', signedSha256 }))
    const folder = room.needs.storage.folderOf('signed', shown.version ?? 0)
    const kept = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
    expect(kept.signed).toEqual({ jws, sha256: signedSha256 })
  })

  const [first, second] = [entryOf('people', people, 2), entryOf('acts', acts, 3)]
  test.each<[string, Partial<HolderManifest>, readonly unknown[]]>([
    ['another dataset', { dataset: 'other' }, ['manifest.member', undefined, 'dataset.']],
    ['another schema', { schema: '0'.repeat(64) }, ['manifest.member', undefined, 'schema.']],
    ['fewer bytes', { tables: [{ ...first, bytes: 1 }, second] }, ['manifest.table', 'people', 'bytes.']],
    [
      'another hash',
      { tables: [first, { ...second, sha256: hashed('') }] },
      ['manifest.table', 'acts', 'sha256.'],
    ],
    ['more rows', { tables: [first, { ...second, rows: 4 }] }, ['manifest.table', 'acts', 'rows.']],
  ])('and that says %s is refused by that member alone', async (_, changes, finding) => {
    const shown = await under(signManifest(await manifest(changes), key))
    expect(told(shown)).toEqual(['refused', finding])
  })

  test('without one of the tables, or with one twice, is refused', async () => {
    const absent = await under(signManifest(await manifest({ tables: [first] }), key))
    expect(told(absent).slice(1)).toEqual([
      ['manifest.member', undefined, 'tables.'],
      ['manifest.table', 'acts', 'name.'],
    ])
    const twice = await under(signManifest(await manifest({ tables: [first, second, second] }), key))
    expect(told(twice).slice(1)).toEqual([['manifest.member', undefined, 'tables.']])
  })

  test('by another key, or of another form, counts for nothing', async () => {
    const other = await room.keys.holderKey('gh-havre')
    const foreign = await under(signManifest(await manifest(), other ?? key))
    expect(told(foreign)).toMatchObject(['refused', ['manifest.signature', undefined, expect.anything()]])
    const odd = { ...(await manifest()), v: 2 } as unknown as HolderManifest
    expect(told(await under(signManifest(odd, key)))[1]).toMatchObject(['manifest.form', undefined, {}])
    const notOne = receiveManifest(room.needs, rouen, {
      deposit: (await openDeposit(room.needs, rouen, { dataset: 'signed' })).id,
      jws: 'not a signature',
    })
    await expect(notOne).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('is handed in by its holder, while the deposit is open', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'signed' })
    const jws = signManifest(await manifest(), key)
    const asked = { deposit: id, jws }
    await expect(receiveManifest(room.needs, havre, asked)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await submitDeposit(room.needs, rouen, { deposit: id })
    await expect(receiveManifest(room.needs, rouen, asked)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await room.needs.checker.idle()
  })
})

describe('pseudonyms in a signed deposit', () => {
  test('are those of the key that was signed', async () => {
    const descriptor = {
      ...{ name: 'keyed', kind: 'personal', holder: 'chu-rouen' },
      resources: [{ name: 'people', schema: { fields: [{ name: 'id', role: 'unit' }] } }],
    }
    await declare(room.needs, descriptor)
    const text = `id\nh1k02_${'a'.repeat(32)}\n`
    const found = await room.needs.register.find('keyed')
    const verdictUnder = async (pseudonymKey: string) => {
      const about = { dataset: 'keyed', schema: found?.sha256 ?? '', tables: [entryOf('people', text, 1)] }
      const jws = signManifest(await manifest({ ...about, pseudonymKey }), key)
      const { id } = await openDeposit(room.needs, rouen, { dataset: 'keyed' })
      const body = chunks(Buffer.from(text))
      await receiveTable(room.needs, rouen, { deposit: id, table: 'people', contentType: 'text/csv', body })
      await receiveManifest(room.needs, rouen, { deposit: id, jws })
      await submitDeposit(room.needs, rouen, { deposit: id })
      await room.needs.checker.idle()
      return told(await readDeposit(room.needs, rouen, { deposit: id, language: 'en' }))
    }
    expect(await verdictUnder('h1k02')).toEqual(['accepted'])
    expect(await verdictUnder('h1k01')).toEqual(['refused', ['manifest.member', undefined, 'pseudonymKey.']])
  })
})

describe('a holder that registered its own key', () => {
  test('signs every deposit, with this key and no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-keys-'))
    const own = signingKeyOf(await createKeyFile(join(folder, 'own.key')))
    const pem = createPublicKey(own.privateKey).export({ type: 'spki', format: 'pem' })
    await rm(join(folder, 'own.key'))
    await writeFile(join(folder, 'chu-rouen.pem'), pem)
    const registered = await registeredKeys(folder)
    const holderKeys = {
      holderKey: async () => null,
      holderPublicKeys: async () => new Map([[own.kid, registered.get('chu-rouen') ?? own.privateKey]]),
    }
    const needs = room.again(undefined, { holderKeys })
    expect(told(await under(null, needs))[1]).toMatchObject(['manifest.absent', undefined, expect.anything()])
    expect(told(await under(signManifest(await manifest(), own), needs))).toEqual(['accepted'])
    expect(told(await under(signManifest(await manifest(), key), needs))[0]).toBe('refused')
    await needs.checker.close()
    await writeFile(join(folder, 'gh-havre.pem'), 'nothing')
    await expect(registeredKeys(folder)).rejects.toThrow('gh-havre.pem')
    await rm(folder, { recursive: true })
  })
})

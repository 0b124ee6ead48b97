/** The end of a project: the extract destroyed, the certificate signed, the DPO's word beside it. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { openCertificate } from '../../services/habilitation/certificate.ts'
import { finishClosings, recordExpiries } from '../../services/habilitation/closing.ts'
import { operatorOf } from '../../services/habilitation/keys.ts'
import { readCertificate, readHabilitation } from '../../services/habilitation/read.ts'
import { openRoom, person, type Room } from './fixtures.ts'
import { act, granted, type Step } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const renounce: Step = ['paul', { type: 'renunciation' }]
const close: Step = ['karim', { type: 'closure' }]
const attest: Step = ['nadia', { type: 'attestation' }]

/** A room whose first destruction fails, as a full disk would make it. */
function failOnce(): void {
  const { destroy } = room.effects
  let calls = 0
  Object.assign(room.effects, {
    destroy: (project: string) => {
      calls += 1
      return calls === 1 ? Promise.reject(new Error('disk')) : destroy(project)
    },
  })
}

describe('a closure', () => {
  test('stops what runs, destroys the extract, and signs what was destroyed', async () => {
    const { id, project } = await granted(room)
    await act(room, id, renounce)
    const seen = await act(room, id, close)
    expect(seen).toMatchObject({ state: 'closing', turn: 'dpo', certificate: { attested: null } })
    expect(room.effected.slice(-2)).toEqual([
      { effect: 'EXPIRED', project },
      { effect: 'destroy', project },
    ])
    const { jws, sha256, certificate } = await readCertificate(room, person('paul'), id)
    expect(openCertificate(jws, operatorOf(room.keys))).toEqual(certificate)
    expect(sha256).toBe(seen.certificate?.sha256)
    expect(certificate).toMatchObject({
      habilitation: id,
      project,
      permits: [{ id: `${project}-v1`, version: 1 }],
      extracts: [{ dataset: 'pmsi-demo', version: 1, sha256: 'e'.repeat(64) }],
      key: 'f'.repeat(64),
      entries: { closed: 7, shredded: 8 },
    })
  })

  test('is over when the DPO has attested, who is another person than the operator', async () => {
    const { id } = await granted(room)
    await act(room, id, renounce)
    await act(room, id, close)
    expect(await act(room, id, attest)).toMatchObject({
      state: 'closed',
      certificate: { attested: { by: 'nadia' } },
    })
    expect(room.audit.entries.slice(-3).map(({ body }) => body)).toMatchObject([
      { type: 'habilitation.closed', state: 'closing' },
      { type: 'habilitation.closed', state: 'closing' },
      { type: 'habilitation.closed', state: 'closed' },
    ])
  })

  test('that a crash interrupted is not attested, and is finished at the next start', async () => {
    const { id } = await granted(room)
    await act(room, id, renounce)
    failOnce()
    await expect(act(room, id, close)).rejects.toThrow('disk')
    await expect(act(room, id, attest)).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'certificate' }] },
    })
    expect(await finishClosings(room, person('karim'))).toBe(1)
    expect(await finishClosings(room, person('karim'))).toBe(0)
    expect(await act(room, id, attest)).toMatchObject({ state: 'closed' })
  })

  test('waits for an appeal against the revocation', async () => {
    const { id } = await granted(room)
    await act(room, id, ['claire', { type: 'revocation', reason: 'x' }])
    await act(room, id, ['yves', { type: 'revocation', reason: 'x' }])
    await act(room, id, ['paul', { type: 'revocation-appeal', reasons: 'x' }])
    await expect(act(room, id, close)).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })

  test('has no certificate before it, nor one signed by another key', async () => {
    const { id } = await granted(room)
    await expect(readCertificate(room, person('paul'), id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await act(room, id, renounce)
    await act(room, id, close)
    const { jws } = await readCertificate(room, person('paul'), id)
    const other = operatorOf((await openRoom()).keys)
    expect(() => openCertificate(jws, other)).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })
})

test('expiry is written down while the node runs, once, and closes nothing by itself', async () => {
  const { id, project } = await granted(room)
  expect(await recordExpiries(room, person('karim'))).toBe(0)
  room.time.now = Date.parse('2027-10-31T23:00:00Z')
  expect(await recordExpiries(room, person('karim'))).toBe(1)
  expect(await recordExpiries(room, person('karim'))).toBe(0)
  expect(room.effected.slice(-2)).toEqual([
    { effect: 'EXPIRED', project },
    { effect: 'leave', person: 'alice' },
  ])
  expect(await readHabilitation(room, person('paul'), id)).toMatchObject({
    state: 'expired',
    turn: 'operator',
  })
  expect(room.audit.entries.at(-1)?.body).toMatchObject({ type: 'habilitation.expired' })
})

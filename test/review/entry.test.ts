/** One entry in full: masked until somebody says why they read more, and that is in the log before they read it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { checkProof } from '../../services/audit/verify/proof.ts'
import { openEntry, readEntry } from '../../services/review/entry.ts'
import { act, intent, reading, release } from '../audit/open-log.ts'
import { person } from '../habilitation/fixtures.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse()
const sql = "SELECT count(*) FROM patients WHERE commune = 'Évreux'"

async function asked() {
  const { seq } = await house.audit.append(reading, act('alice', 'P7', { sql, parameters: ['Évreux'] }))
  return { shard: '2026', seq }
}

test('an entry is shown with its numbers, its proof, and its text without literals', async () => {
  const place = await asked()
  const shown = await readEntry(house, person('nadia'), place)
  expect(shown).toMatchObject({
    actor: 'alice',
    project: 'P7',
    projectNumber: 1,
    sealed: 'kept',
    sql: "SELECT count(*) FROM patients WHERE commune = '…'",
  })
  expect(JSON.stringify({ ...shown, proof: '' })).not.toContain('Évreux')
  const vkey = await readFile(join(house.home.home, 'audit', '2026', 'log.vkey'), 'utf8')
  expect(checkProof(shown.proof, { vkey }).exitCode).toBe(0)
})

test('the end of a query says how long it took, and its beginning for what it was', async () => {
  const about = act('alice', 'P7')
  house.home.clock.set('2026-03-29T10:00:00.000Z')
  const { seq } = await house.audit.append(intent('q1'), about)
  house.home.clock.set('2026-03-29T10:00:01.250Z')
  const { seq: end } = await house.audit.append(release('q1', seq), about)
  const begun = await readEntry(house, person('nadia'), { shard: '2026', seq })
  expect(begun).toMatchObject({
    type: 'query.intent',
    outcome: 'allowed',
    purpose: 'SNDS-III-6',
    dataset: 'pmsi-demo',
  })
  expect(begun.durationMs).toBeUndefined()
  expect((await readEntry(house, person('nadia'), { shard: '2026', seq: end })).durationMs).toBe(1250)
})

test('what is sealed is opened for a reason, which is sealed in an entry of its own first', async () => {
  const place = await asked()
  const before = house.audit.size
  expect(await openEntry(house, person('nadia'), { ...place, reason: 'A doubt.' })).toEqual({
    sql,
    parameters: ['Évreux'],
  })
  expect(await house.audit.entry(before)).toMatchObject({
    body: { type: 'audit.opened', shard: '2026', of: place.seq },
    project: 'P7',
    actor: { subject: 'nadia' },
  })
  expect(await house.audit.unseal(before)).toEqual({ reason: 'A doubt.' })
})

test('nothing is opened when the opening cannot be written', async () => {
  const place = await asked()
  jest.spyOn(house.audit, 'append').mockRejectedValueOnce(new Error('full'))
  await expect(openEntry(house, person('nadia'), { ...place, reason: 'x' })).rejects.toThrow('full')
})

test('there is nothing to open of an entry that sealed nothing, and no entry beyond the log', async () => {
  const { seq: plain } = await house.audit.append(reading, {})
  expect((await readEntry(house, person('nadia'), { shard: '2026', seq: plain })).sealed).toBe('none')
  for (const place of [
    { shard: '2026', seq: plain },
    { shard: '2026', seq: 10_000 },
    { shard: '1999', seq: 0 },
  ])
    await expect(openEntry(house, person('nadia'), { ...place, reason: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
})

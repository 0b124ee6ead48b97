/** A log and three witnesses: what they make of each other, and what a reader makes of both. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openCheckpoint } from '../../services/audit/note.ts'
import { checkProof } from '../../services/audit/verify/proof.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { noWitnesses } from '../../services/audit/witness/client.ts'
import { openWitnessing } from '../../services/audit/witness/collector.ts'
import { insistOnWitnessed } from '../../services/audit/witness/start.ts'
import type { AuditLog } from '../../services/audit/writer.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { by, fillLog, openHome, reading, type TestHome } from './open-log.ts'
import { openWitness, policyText, type TestWitness } from './witnesses.ts'

const day = 24 * 3_600_000
const everyMs = 3_600_000

let home: TestHome
let audit: AuditLog
let dir = ''
let shard = ''
let witnesses: TestWitness[] = []

const collect = (quorum = 2) =>
  openWitnessing({ audit, policy: { witnesses, quorum }, clock: home.clock, log: silentLog, everyMs })
const start = () => home.open({ onFound: (tree) => insistOnWitnessed(witnesses, tree, silentLog) })
const types = () => home.indexed.map(({ body }) => body.type)

beforeEach(async () => {
  home = await openHome()
  dir = join(home.home, 'audit')
  shard = join(dir, '2026')
  audit = await home.open()
  await fillLog(audit, 10)
  const at = { shard, now: () => home.clock.now() }
  witnesses = await Promise.all(['chu', 'region', 'tiers'].map((name) => openWitness(name, at)))
})
afterEach(async () => {
  await audit.close()
  await Promise.all(witnesses.map((witness) => witness.remove()))
  await home.remove()
})

describe('a log with three witnesses', () => {
  test('has its head cosigned by all, shows it so, and a reader is satisfied', async () => {
    const witnessing = collect()
    await witnessing.round()
    await fillLog(audit, 5)
    await witnessing.close()
    const states = witnesses.map(({ name }) => ({ name, state: 'cosigned' }))
    expect(witnessing.status()).toMatchObject({ quorum: 2, isStale: false, witnesses: states })
    const shown = Buffer.from((await audit.readTile('2026', 'checkpoint')) ?? '').toString()
    expect(shown.split('\n— ')).toHaveLength(5)
    const vkey = (await readFile(join(shard, 'log.vkey'), 'utf8')).trimEnd()
    expect(openCheckpoint(shown, vkey)?.size).toBe(audit.size)
    const policy = policyText(witnesses, 3, vkey)
    await audit.close()
    const verdict = await verifyLog({ dir, policy, now: home.clock.now() })
    expect(verdict).toMatchObject({ status: 'intact', exitCode: 0 })
    expect(verdict.notices.join()).toMatch(/^witnesses have cosigned (\d+) of the \1 signed entries/)
  })

  test('has a quorum with one of them away, and none with two away', async () => {
    await witnesses[2]?.close()
    const witnessing = collect()
    await witnessing.round()
    expect(witnessing.status().witnesses.map(({ state }) => state)).toEqual([
      'cosigned',
      'cosigned',
      'absent',
    ])
    expect(witnessing.status().cosignedAt).toBe(home.clock.now())
    await witnesses[1]?.close()
    home.clock.set('2026-03-01T09:04:00.000Z')
    await witnessing.round()
    expect(witnessing.status().isStale).toBe(false)
    home.clock.set('2026-03-01T09:10:00.000Z')
    await witnessing.round()
    await witnessing.round()
    expect(witnessing.status().isStale).toBe(true)
    // Nobody waits for a witness.
    await audit.append(reading, { by: by('alice') })
    expect(types().filter((type) => type.startsWith('witness.'))).toEqual(['witness.quorum_lost'])
    await witnessing.close()
  })

  test('says so when the quorum is back', async () => {
    const away = witnesses.splice(1, 2)
    const absent = away.map((witness) => ({ ...witness, url: 'http://127.0.0.1:1' }))
    const policy = { witnesses: [...witnesses, ...absent], quorum: 2 }
    const witnessing = openWitnessing({ audit, policy, clock: home.clock, log: silentLog, everyMs })
    home.clock.set('2026-03-01T09:10:00.000Z')
    await witnessing.round()
    Object.assign(absent[0] ?? {}, { url: away[0]?.url })
    await witnessing.round()
    expect(types().slice(-2)).toEqual(['witness.quorum_lost', 'witness.quorum_back'])
    await witnessing.close()
    witnesses.push(...away)
  })

  test('without anybody to ask says nothing and waits for nothing', async () => {
    const witnessing = openWitnessing({ audit, policy: noWitnesses, clock: home.clock, log: silentLog })
    await witnessing.round()
    expect(witnessing.status()).toEqual({ quorum: 0, cosignedAt: null, isStale: false, witnesses: [] })
    await witnessing.close()
  })

  test('gives proofs that carry the cosignatures', async () => {
    const witnessing = collect()
    const { log, seq, leaf } = await audit.append(reading, { by: by('nadia') })
    await witnessing.close()
    const proof = await audit.proof(seq)
    const policy = policyText(witnesses, 2, (await readFile(join(shard, 'log.vkey'), 'utf8')).trimEnd())
    expect(Buffer.byteLength(proof)).toBeLessThanOrEqual(2048)
    expect(checkProof(proof, { policy })).toMatchObject({ status: 'intact', exitCode: 0 })
    expect(checkProof(proof, { policy }, { receipt: { log, seq, leaf } })).toMatchObject({ exitCode: 0 })
    const wrong = [
      { log, seq: seq - 1, leaf },
      { log, seq, leaf: '0'.repeat(64) },
      { log: `${log}7`, seq, leaf },
    ]
    for (const receipt of wrong) expect(checkProof(proof, { policy }, { receipt }).exitCode).toBe(1)
    const later = await audit.append(reading, { by: by('nadia') })
    const uncosigned = await audit.proof(later.seq)
    expect(checkProof(uncosigned, { policy })).toMatchObject({ status: 'stale', exitCode: 2 })
    expect(checkProof(proof, { policy: 'quorum nobody\n' })).toMatchObject({ exitCode: 3 })
    expect(checkProof(proof, { policy: policyText(witnesses, 2, witnesses[0]?.vkey) }).exitCode).toBe(3)
  })
})

describe('a log that went back', () => {
  /** The home as it was, put back over what has since been cosigned. */
  async function goBack(change: () => Promise<void>): Promise<void> {
    await audit.close()
    const kept = `${home.home}-kept`
    await cp(home.home, kept, { recursive: true })
    audit = await home.open()
    await change()
    await collect().close()
    await audit.close()
    await rm(home.home, { recursive: true })
    await cp(kept, home.home, { recursive: true })
    await rm(kept, { recursive: true })
  }

  test('does not start when a witness has seen more than it holds', async () => {
    await goBack(() => fillLog(audit, 3))
    await expect(start()).rejects.toMatchObject({ name: 'LogDamaged', exitCode: 72 })
    await expect(start()).rejects.toThrow(/has seen \d+ entries, here are \d+/)
    expect(await verifyLog({ dir })).toMatchObject({ status: 'intact' })
  })

  test('does not start when a witness has seen another log of its size, and is called a fork when it does', async () => {
    await goBack(() => fillLog(audit, 3))
    audit = await home.open()
    await fillLog(audit, 4)
    const witnessing = collect()
    await witnessing.round()
    expect(witnessing.status().witnesses.map(({ state }) => state)).toEqual(Array(3).fill('conflict'))
    expect(types().filter((type) => type === 'witness.conflict')).toHaveLength(3)
    await witnessing.close()
    await audit.close()
    await expect(start()).rejects.toThrow(/has seen another log of \d+ entries/)
    expect(types().filter((type) => type === 'witness.conflict')).toHaveLength(3)
  })

  test('is intact to whom asks no witness: a rewrite as a whole is found out by them alone', async () => {
    await goBack(() => fillLog(audit, 3))
    audit = await home.open()
    await fillLog(audit, 20)
    await audit.close()
    expect(await verifyLog({ dir })).toMatchObject({ status: 'intact', exitCode: 0 })
    const policy = policyText(witnesses, 2)
    expect(await verifyLog({ dir, policy, now: home.clock.now() })).toMatchObject({ exitCode: 2 })
  })

  test('starts when witnesses are away, or hold what this log never signed', async () => {
    await collect().close()
    await audit.close()
    await witnesses[0]?.close()
    const record = witnesses[1]?.home ?? ''
    await rm(join(record, 'logs'), { recursive: true })
    audit = await start()
    expect(audit.size).toBeGreaterThan(20)
  })
})

describe('a reader with a policy', () => {
  let policy = ''
  const verify = (changes: object = {}) => verifyLog({ dir, policy, now: home.clock.now(), ...changes })
  beforeEach(async () => {
    policy = policyText(witnesses, 2)
    await collect().close()
    await audit.close()
  })

  test('calls a log stale when its witnesses have been silent for too long', async () => {
    expect(await verify({ now: home.clock.now() + day - 1 })).toMatchObject({ exitCode: 0 })
    expect(await verify({ now: home.clock.now() + day + 1 })).toMatchObject({ status: 'stale', exitCode: 2 })
    expect(await verify({ now: home.clock.now() + 2000, freshMs: 1000 })).toMatchObject({ exitCode: 2 })
  })

  test('calls it stale when too few cosigned, or nobody did', async () => {
    const path = join(shard, 'cosigned')
    const lines = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, [...lines.slice(0, -3), ''].join('\n'))
    expect(await verify()).toMatchObject({ status: 'stale', exitCode: 2 })
    await rm(path)
    expect(await verify()).toMatchObject({ status: 'stale', exitCode: 2 })
    expect(await verify({ policy: 'quorum none\n' })).toMatchObject({ status: 'intact', exitCode: 0 })
  })

  test('finds out a change of a byte anywhere in the cosigned head', async () => {
    const path = join(shard, 'cosigned')
    const whole = await readFile(path)
    for (let at = 0; at < whole.length; at += 11) {
      await writeFile(path, whole.with(at, (whole[at] ?? 0) ^ 1))
      const { exitCode, message } = await verify({ policy: policyText(witnesses, 3) })
      // What is no longer in the name of a known witness is one witness less.
      expect([at, exitCode === 1 || (exitCode === 2 && message.startsWith('stale'))]).toEqual([at, true])
    }
  })

  test('does not verify with a policy that cannot be read, or that names other logs', async () => {
    expect(await verify({ policy: 'quorum enough\n' })).toMatchObject({ exitCode: 3 })
    const vkey = (await readFile(join(shard, 'log.vkey'), 'utf8')).trimEnd()
    expect(await verify({ policy: policyText(witnesses, 2, vkey) })).toMatchObject({ exitCode: 0 })
    const other = await openHome()
    const stranger = await other.open()
    await stranger.close()
    const strange = (await readFile(join(other.home, 'audit/2026/log.vkey'), 'utf8')).trimEnd()
    expect(await verify({ policy: policyText(witnesses, 2, strange) })).toMatchObject({
      exitCode: 1,
      class: 'key',
    })
    await other.remove()
  })
})

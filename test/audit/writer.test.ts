import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openSegment, type Segment } from '../../services/audit/journal.ts'
import { checkProof } from '../../services/audit/verify/proof.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { act, by, fillLog, intent, openHome, reading, release, type TestHome } from './open-log.ts'

let test_: TestHome
beforeEach(async () => {
  test_ = await openHome()
})
afterEach(() => test_.remove())

const verify = () => verifyLog({ dir: join(test_.home, 'audit') })

describe('an open log', () => {
  test('gives each of many callers its own place, in the order of their calls', async () => {
    const audit = await test_.open()
    const receipts = await Promise.all(
      Array.from({ length: 600 }, () => audit.append(reading, { by: by('alice') })),
    )
    expect(receipts.map(({ seq }) => seq)).toEqual(Array.from({ length: 600 }, (_, at) => at + 1))
    expect(new Set(receipts.map(({ leaf }) => leaf)).size).toBe(600)
    expect(receipts[0]?.log).toBe('huisclos.demo/audit/2026')
    expect(audit.size).toBe(601)
    await audit.close()
    expect(await verify()).toMatchObject({ status: 'intact', entries: 601 })
  })

  test('an acknowledged entry is in the journal before the caller goes on', async () => {
    const audit = await test_.open()
    await audit.append({ type: 'access.read', route: 'GET /marker' }, { by: by('alice') })
    const wal = join(test_.home, 'audit/2026/wal')
    const [name = ''] = await readdir(wal)
    expect((await readFile(join(wal, name))).includes('GET /marker')).toBe(true)
    await audit.close()
  })

  test('a running home and a stopped one both verify', async () => {
    const audit = await test_.open()
    await fillLog(audit, 20)
    expect(await verify()).toMatchObject({ status: 'intact', entries: audit.size })
    await audit.checkpoint()
    await fillLog(audit, 3)
    expect(await verify()).toMatchObject({ status: 'intact', entries: audit.size })
    await audit.close()
    expect(await verify()).toMatchObject({ status: 'intact', exitCode: 0 })
    expect(await readdir(join(test_.home, 'audit/2026/wal'))).toEqual([])
  })

  test('verifies while callers write without a pause', async () => {
    const audit = await test_.open()
    let isDone = false
    const writers = Array.from({ length: 8 }, async (_, at) => {
      while (!isDone) await audit.append(reading, act(`p${at}`, `P${at % 3}`))
    })
    for (let round = 0; round < 6; round += 1) {
      expect(await verify()).toMatchObject({ status: 'intact', message: expect.stringContaining('intact') })
    }
    isDone = true
    await Promise.all(writers)
    await audit.close()
    expect(await verify()).toMatchObject({ entries: audit.size, status: 'intact' })
  })

  test('holds pseudonyms and hashes, never a name or a sealed text', async () => {
    const audit = await test_.open()
    await audit.append(reading, act('alice', 'P1', { sql: 'SELECT secret_marker' }))
    await audit.close()
    const root = join(test_.home, 'audit')
    for (const name of await readdir(root, { recursive: true })) {
      const path = join(root, name)
      if (!(await stat(path)).isFile()) continue
      const bytes = await readFile(path)
      expect([name, bytes.includes('alice'), bytes.includes('secret_marker')]).toEqual([name, false, false])
    }
  })

  test('seals each day before the first entry of the next, also with entries under way and over a restart', async () => {
    const audit = await test_.open()
    await fillLog(audit, 8)
    const late = Array.from({ length: 40 }, () => audit.append(reading, act('alice', 'P1')))
    test_.clock.set('2026-03-02T00:00:01.000Z')
    const early = Array.from({ length: 40 }, () => audit.append(reading, act('paul', 'P2')))
    await Promise.all([...late, ...early])
    await audit.close()
    test_.clock.set('2026-03-05T08:00:00.000Z')
    const again = await test_.open()
    await again.append(reading, act('paul', 'P2'))
    await again.close()
    const seals = test_.indexed.filter(({ body }) => body.type === 'log.sealed')
    expect(seals.map(({ ts }) => ts.slice(0, 10))).toEqual(['2026-03-02', '2026-03-05'])
    expect(seals.map(({ seq, body }) => body.type === 'log.sealed' && body.size === seq)).toEqual([
      true,
      true,
    ])
    expect(await verifyLog({ dir: join(test_.home, 'audit') })).toMatchObject({ status: 'intact' })
  })

  test('gives a proof that anyone checks with the public key alone', async () => {
    const audit = await test_.open()
    await fillLog(audit, 150)
    const { seq, leaf } = await audit.append(reading, { by: by('nadia') })
    const proof = await audit.proof(seq)
    const vkey = await readFile(join(test_.home, 'audit/2026/log.vkey'), 'utf8')
    const verdict = checkProof(proof, { vkey })
    expect(verdict).toMatchObject({ status: 'intact', exitCode: 0, index: seq })
    expect(JSON.parse(verdict.entry ?? '')).toMatchObject({ seq, type: 'access.read' })
    expect((await audit.entry(seq))?.leaf).toBe(leaf)
    expect(checkProof(proof.replace(`index ${seq}`, `index ${seq - 1}`), { vkey }).exitCode).toBe(1)
    expect(checkProof(proof, { vkey }, { entry: Buffer.from('{}') }).exitCode).toBe(1)
    await expect(audit.proof(audit.size)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await audit.close()
  })

  test('shows checkpoint and tiles to the outside, and no other file', async () => {
    const audit = await test_.open()
    await fillLog(audit, 5)
    const note = await audit.checkpoint()
    expect(Buffer.from((await audit.readTile('2026', 'checkpoint')) ?? []).toString()).toBe(note)
    expect(await audit.readTile('2026', `tile/0/000.p/${audit.size}`)).toHaveLength(32 * audit.size)
    for (const path of ['heads.json', 'log.vkey', 'tile/0/../../heads.json', 'wal', 'tile/9/000']) {
      expect(await audit.readTile('2026', path)).toBeNull()
    }
    expect(await audit.readTile('../keys', 'checkpoint')).toBeNull()
    await audit.close()
  })

  test('hands every entry to the index once it is durable, with the person', async () => {
    const audit = await test_.open()
    await fillLog(audit, 3)
    expect(test_.indexed.map(({ seq }) => seq)).toEqual(Array.from({ length: audit.size }, (_, at) => at))
    expect(test_.indexed[1]).toMatchObject({
      shard: '2026',
      project: 'P0',
      holders: ['chu-rouen'],
      actor: { issuer: 'demo', subject: 'alice' },
    })
    const read: unknown[] = []
    for await (const entry of audit.entries(0, audit.size)) read.push(entry)
    expect(read).toEqual(test_.indexed)
    await audit.close()
    const again = await test_.open()
    expect(await again.entry(1)).toEqual(test_.indexed[1])
    await again.close()
  })

  test('goes on when the index throws', async () => {
    const audit = await test_.open({
      onEntry: () => {
        throw new Error('index')
      },
    })
    await expect(audit.append(reading, {})).resolves.toMatchObject({ seq: 1 })
    await audit.close()
  })

  test('refuses what the schema does not know, and numbers nothing for it', async () => {
    const audit = await test_.open()
    const unknown = JSON.parse('{"type":"access.read","route":"/","sql":"SELECT 1"}')
    await expect(audit.append(unknown, { by: by('alice') })).rejects.toThrow(TypeError)
    await expect(audit.append(reading, { by: by('alice') })).resolves.toMatchObject({ seq: 1 })
    await audit.close()
    expect((await verify()).status).toBe('intact')
  })

  test('lets a query end once: no release follows an abort', async () => {
    const audit = await test_.open()
    const { seq } = await audit.append(intent('q1'), act('alice', 'P1'))
    await audit.append({ type: 'query.abort', query: 'q1', of: seq, cause: 'revoked' }, act('alice', 'P1'))
    await expect(audit.append(release('q1', seq), act('alice', 'P1'))).rejects.toThrow(TypeError)
    await audit.close()
    expect((await verify()).status).toBe('intact')
  })

  test('time in the log never goes back, whatever the clock does', async () => {
    const audit = await test_.open()
    await audit.append(reading, {})
    test_.clock.set('2025-01-01T00:00:00.000Z')
    const { seq } = await audit.append(reading, {})
    expect((await audit.entry(seq))?.ts).toBe('2026-03-01T09:00:00.000Z')
    await audit.close()
    expect((await verify()).status).toBe('intact')
  })
})

describe('sealed contents', () => {
  test('are read back by number, before and after they reach their block, and after a restart', async () => {
    const audit = await test_.open()
    const { seq } = await audit.append(reading, act('alice', 'P1', { sql: 'SELECT 1', parameters: [1, 'a'] }))
    const content = { sql: 'SELECT 1', parameters: [1, 'a'] }
    expect(await audit.unseal(seq)).toEqual(content)
    await audit.checkpoint()
    expect(await audit.unseal(seq)).toEqual(content)
    expect(await audit.unseal(0)).toBeNull()
    await audit.close()
    const again = await test_.open()
    expect(await again.unseal(seq)).toEqual(content)
    await again.close()
  })

  test('are gone with their key, and the log still verifies', async () => {
    const audit = await test_.open()
    const { seq } = await audit.append(reading, act('alice', 'P1'))
    const { seq: other } = await audit.append(reading, act('paul', 'P1'))
    await audit.close()
    const path = join(test_.home, 'keys/audit-keyring.json')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const keyring = JSON.parse(await readFile(path, 'utf8'))
    const ps = test_.indexed[seq]?.actor?.ps
    delete keyring.payloads[`202603/${ps}`]
    await writeFile(path, JSON.stringify(keyring))
    const again = await test_.open()
    expect(await again.unseal(seq)).toBeNull()
    expect(await again.unseal(other)).toEqual({ sql: 'SELECT 1' })
    await again.close()
    expect((await verify()).status).toBe('intact')
  })

  test('above 256 KiB are refused, never cut', async () => {
    const audit = await test_.open()
    const sealed = 'x'.repeat(262_144)
    await expect(audit.append(reading, { sealed })).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await audit.close()
  })
})

describe('when the log cannot be written', () => {
  /** A journal whose flush fails once `fails` is set. */
  function failing() {
    const state = { fails: false }
    const open = async (path: string): Promise<Segment> => {
      const segment = await openSegment(path)
      const broken = Object.assign(new Error('disk'), { code: 'EIO' })
      return { ...segment, append: (bytes) => (state.fails ? Promise.reject(broken) : segment.append(bytes)) }
    }
    return { state, open }
  }

  test('nothing is acknowledged, then or later, and the process is told to end with 70', async () => {
    const { state, open } = failing()
    const audit = await test_.open({ openSegment: open })
    const { seq } = await audit.append(reading, {})
    state.fails = true
    const results = await Promise.allSettled([audit.append(reading, {}), audit.append(reading, {})])
    state.fails = false
    results.push(...(await Promise.allSettled([audit.append(reading, {})])))
    const codes = results.map((result) => result.status === 'rejected' && result.reason.code)
    expect(codes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE'])
    expect(test_.fatal).toEqual([70])
    expect(test_.indexed.map((entry) => entry.seq)).toEqual([0, seq])
    await audit.close()
    const again = await test_.open()
    expect(await again.entry(seq)).not.toBeNull()
    await again.close()
    expect((await verify()).status).toBe('intact')
  })

  test('an old writer that a new one has fenced acknowledges nothing and ends with 71', async () => {
    const old = await test_.open()
    await old.append(reading, {})
    const wal = join(test_.home, 'audit/2026/wal')
    const [name = ''] = await readdir(wal)
    await rename(join(wal, name), join(wal, name.replace('.wal', '.sealed')))
    await expect(old.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(test_.fatal).toEqual([71])
    await old.close()
  })

  test('an old writer that a new one has fenced signs nothing more', async () => {
    const old = await test_.open()
    const before = await old.checkpoint()
    await old.append(reading, {})
    const wal = join(test_.home, 'audit/2026/wal')
    const [name = ''] = await readdir(wal)
    await rename(join(wal, name), join(wal, name.replace('.wal', '.sealed')))
    await expect(old.checkpoint()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await old.close()
    expect(await readFile(join(test_.home, 'audit/2026/checkpoint'), 'utf8')).toBe(before)
  })

  test('a lost lease ends all acknowledgements', async () => {
    let lose = () => {}
    const lost = new Promise<void>((resolve) => {
      lose = resolve
    })
    const audit = await test_.open({ lease: { epoch: 9, lost } })
    lose()
    await lost
    await expect(audit.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(test_.fatal).toEqual([71])
    await audit.close()
  })

  test('a disk without room refuses every entry', async () => {
    const audit = await test_.open({ spaceFloorBytes: Number.MAX_SAFE_INTEGER })
    await expect(audit.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await audit.close()
    expect(test_.indexed).toEqual([])
    expect((await verify()).status).toBe('intact')
    const again = await test_.open()
    expect(await again.append(reading, {})).toMatchObject({ seq: 1 })
    await again.close()
  })

  test('a lease given back after close is no failure', async () => {
    let lose = () => {}
    const lost = new Promise<void>((resolve) => {
      lose = resolve
    })
    const audit = await test_.open({ lease: { epoch: 9, lost } })
    await audit.close()
    lose()
    await lost
    expect(test_.fatal).toEqual([])
  })

  test('after close nothing is taken', async () => {
    const audit = await test_.open()
    await audit.close()
    await expect(audit.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('at the turn of the year', () => {
  test('a new shard quotes the former one and goes on with its projects', async () => {
    const audit = await test_.open()
    const { seq: of } = await audit.append(intent('q1'), act('alice', 'P1'))
    test_.clock.set('2027-01-01T00:00:00.000Z')
    const receipts = await Promise.all([
      audit.append(release('q1', of), act('alice', 'P1')),
      audit.append(reading, act('alice', 'P1')),
    ])
    expect(audit.shards).toEqual(['2026', '2027'])
    expect(receipts.map(({ log, seq }) => [log, seq])).toEqual([
      ['huisclos.demo/audit/2027', 1],
      ['huisclos.demo/audit/2027', 2],
    ])
    expect((await audit.entry(of, '2026'))?.body.type).toBe('query.intent')
    await audit.close()
    expect(await verify()).toMatchObject({ status: 'intact', entries: 6 })
    const again = await test_.open({ host: 'elsewhere.example' })
    expect(again.origin).toBe('huisclos.demo/audit/2027')
    await again.close()
    expect(await verifyLog({ dir: join(test_.home, 'audit/2027') })).toMatchObject({ status: 'intact' })
  })

  test('a crash between two years is made good at the next start', async () => {
    const audit = await test_.open({
      openSegment: (path) =>
        path.includes('/2027/') ? Promise.reject(new Error('killed')) : openSegment(path),
    })
    await audit.append(intent('q1'), act('alice', 'P1'))
    test_.clock.set('2027-01-01T00:00:00.000Z')
    await expect(audit.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(audit.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(test_.fatal).toEqual([70])
    await rm(join(test_.home, 'audit/2027'), { recursive: true })
    const again = await test_.open()
    expect(again.shards).toEqual(['2026', '2027'])
    expect((await again.entry(1))?.body).toMatchObject({ type: 'query.abort', cause: 'restart' })
    await again.close()
    expect(await verify()).toMatchObject({ status: 'intact', entries: 5 })
  })

  test('a shard whose former one is not its own is found out', async () => {
    const audit = await test_.open()
    await audit.append(reading, act('alice', 'P1'))
    test_.clock.set('2027-06-01T00:00:00.000Z')
    await audit.append(reading, act('alice', 'P1'))
    await audit.close()
    await rm(join(test_.home, 'audit/2027/opening.json'))
    expect(await verify()).toMatchObject({ status: 'tampered', class: 'heads' })
  })
})

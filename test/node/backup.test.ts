/** A full demo house backed up while it works, verified, and restored on an empty home and an empty database. */
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { backup, restore, verifyBackup } from '../../services/cli/backup-work.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { checkBackup } from '../../services/node/backup/check.ts'
import { type BackupAsked, type BackupMade, makeBackup } from '../../services/node/backup/make.ts'
import { readLastBackup, recordBackup, writeLastBackup } from '../../services/node/backup/record.ts'
import { restoreBackup } from '../../services/node/backup/restore.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import { answerOf, emptyDatabase, type OpenedNode, openAt } from './copied.ts'

const kek = `${Buffer.alloc(32, 7).toString('base64')}\n`

let folder: string
let database: TestDatabase
let house: OpenedNode
let made: BackupMade
let answer: unknown
const closed: TestDatabase[] = []

const at = (name: string) => join(folder, name)
const asked = (to: string): BackupAsked => ({
  ...{ home: at('home'), to: at(to), databaseUrl: database.url, withKey: false },
  ...{ now: Date.now(), log: silentLog, durable: false },
})

async function freshDatabase(): Promise<TestDatabase> {
  const fresh = await emptyDatabase()
  closed.push(fresh)
  return fresh
}

/** A deposit of a dataset of its own, and queries, until the work in hand is over. */
async function busyWhile<T>(work: Promise<T>): Promise<T> {
  let isOver = false
  const queries = async () => {
    for (let n = 0; !isOver || n < 5; n += 1) expect(await answerOf(house)).toEqual(answer)
  }
  const deposits = async () => {
    for (let n = 0; !isOver || n < 2; n += 1) {
      const opened = await house.call('POST', '/api/v1/datasets/pmsi-demo/deposits', { as: 'rouen' })
      expect(opened.status).toBe(201)
    }
  }
  const [done] = await Promise.all([work.finally(() => (isOver = true)), queries(), deposits()])
  return done
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-backup-'))
  database = await openDatabase()
  await mkdir(at('home/keys'), { recursive: true })
  await writeFile(at('home/keys/kek'), kek, { mode: 0o400 })
  house = await openAt({ home: at('home'), databaseUrl: database.url })
  answer = await answerOf(house)
  made = await busyWhile(makeBackup(asked('backup')))
}, 120_000)
afterAll(async () => {
  await house?.close()
  for (const one of [database, ...closed]) await one?.close()
  await rm(folder, { recursive: true, force: true })
})

test('a backup made under load is whole, and its log is intact', async () => {
  expect(Array.isArray(answer)).toBe(true)
  expect(made.isRunning).toBe(true)
  expect(await checkBackup(at('backup'))).toMatchObject({ fault: null, sha256: made.sha256 })
  expect(made.manifest.total.rows).toBeGreaterThan(0)
  const verdict = await verifyLog({ dir: at('backup/home/audit') })
  expect(verdict.status).toBe('intact')
  // The log was read after the rows: none knows an entry that is not in it.
  const lines = (await readFile(at('backup/database/query_run.jsonl'), 'utf8')).trimEnd().split('\n')
  const known = lines.map((line) => Number(JSON.parse(line).at(-1)))
  expect(Math.max(...known)).toBeGreaterThan(0)
  expect(Math.max(...known)).toBeLessThan(verdict.entries)
})

test('the key of keys is not in it and the notice says so; asked for, it is, and the notice says that', async () => {
  expect(await readdir(at('backup/home/keys'))).not.toContain('kek')
  expect(made.manifest.notice).toMatch(/n’ouvre rien/)
  expect(made.manifest.leftOut).toContainEqual(expect.objectContaining({ path: 'keys/kek' }))
  const { manifest } = await makeBackup({ ...asked('with-key'), withKey: true })
  expect(await readFile(at('with-key/home/keys/kek'), 'utf8')).toBe(kek)
  expect(manifest).toMatchObject({ withKey: true, notice: expect.stringMatching(/EST dans/) })
})

test('the log tells of a backup once, with its hash', async () => {
  const last = { at: made.manifest.created, to: at('backup'), bytes: 1, sha256: made.sha256 }
  await writeLastBackup(at('home'), { ...last, entries: 7, isRecorded: false })
  const { audit } = house.node.house
  const before = audit.size
  await recordBackup(at('home'), audit)
  await recordBackup(at('home'), audit)
  expect(audit.size).toBe(before + 1)
  expect((await audit.entry(before))?.body).toEqual({
    ...{ type: 'backup.made', entries: 7, bytes: 1, sha256: made.sha256 },
  })
  expect(await readLastBackup(at('home'))).toMatchObject({ isRecorded: true })
})

describe('a backup that is not what it was', () => {
  const cases: readonly (readonly [string, RegExp, () => Promise<unknown>])[] = [
    ['one byte more', /octets/, () => appendFile(at('altered/home/keys/demo-issuer.json'), ' ')],
    ['a row less', /octets/, () => truncate(at('altered/database/habilitation_event.jsonl'), 10)],
    ['a file less', /absent/, () => rm(at('altered/home/audit'), { recursive: true })],
    ['a file more', /inconnu/, () => writeFile(at('altered/home/kept/other'), 'x')],
    [
      'the same length and other bytes',
      /contenu modifié/,
      async () => {
        const path = at('altered/database/identity_account.jsonl')
        await writeFile(path, (await readFile(path, 'utf8')).replace('"alice"', '"alicf"'))
      },
    ],
    ['no manifest', /interrompue/, () => rm(at('altered/manifest.json'))],
    ['a manifest of another format', /autre format/, () => writeFile(at('altered/manifest.json'), '{}')],
  ]
  test.each(cases)('%s: the first fault is named, and nothing is restored', async (_name, fault, alter) => {
    await rm(at('altered'), { recursive: true, force: true })
    await cp(at('backup'), at('altered'), { recursive: true })
    await alter()
    const found = await checkBackup(at('altered')).catch((error: Error) => ({ fault: error.message }))
    expect(found.fault).toMatch(fault)
    const nowhere = { home: at('nowhere'), from: at('altered'), log: silentLog, durable: false }
    await expect(restoreBackup(nowhere)).rejects.toThrow(fault)
    await expect(readdir(at('nowhere'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a log that was rewritten with its hashes in the manifest is found out by the verifier of the log', async () => {
    await rm(at('altered'), { recursive: true, force: true })
    await cp(at('backup'), at('altered'), { recursive: true })
    const { manifest } = made
    const bundle = manifest.files.find(({ path }) => path.includes('/tile/entries/'))
    const path = at(`altered/home/${bundle?.path}`)
    const text = (await readFile(path, 'latin1')).replace('log.started', 'log.stopped')
    await writeFile(path, text, 'latin1')
    const { measured } = await import('../../services/node/backup/target.ts')
    const now = await measured(path)
    const files = manifest.files.map((file) =>
      file.path === bundle?.path ? { ...file, sha256: now?.sha256 } : file,
    )
    await writeFile(at('altered/manifest.json'), JSON.stringify({ ...manifest, files }))
    expect((await checkBackup(at('altered'))).fault).toMatch(/^journal/)
  })
})

test('an interrupted backup is none; the same command makes it whole', async () => {
  const full: BackupAsked['onProgress'] = (step) => {
    if (step === 'bytes') throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
  }
  await expect(makeBackup({ ...asked('cut'), onProgress: full })).rejects.toMatchObject({ code: 'ENOSPC' })
  await expect(checkBackup(at('cut'))).rejects.toThrow(/interrompue/)
  await writeFile(at('cut/home/left-behind'), 'x')
  await makeBackup(asked('cut'))
  expect((await checkBackup(at('cut'))).fault).toBeNull()
  await expect(makeBackup(asked('cut'))).rejects.toThrow(/déjà là/)
})

test('a backup goes neither into the home of the node nor among the files of somebody else', async () => {
  await expect(makeBackup({ ...asked(''), to: at('home/backup') })).rejects.toThrow(/pas dans le dossier/)
  await mkdir(at('others'))
  await writeFile(at('others/file'), 'x')
  await expect(makeBackup(asked('others'))).rejects.toThrow(/pas vide/)
})

describe('the commands', () => {
  const said = { out: '', error: '' }
  const sink = (into: 'out' | 'error') =>
    new Writable({
      write(part, _encoding, done) {
        said[into] += String(part)
        done()
      },
    })
  const around = () => ({
    ...{ home: at('home'), isTerminal: false },
    environment: { HUISCLOS_HOME: at('home'), DATABASE_URL: database.url },
    out: { stdout: sink('out'), stderr: sink('error'), signal: new AbortController().signal },
  })

  test('back up, loudly without the key; verify; restore aside with a PostgreSQL of its own', async () => {
    await backup(around(), { to: at('commanded') })
    expect(said.error).toMatch(/n’ouvre rien/)
    const last = await readLastBackup(at('home'))
    expect(last).toMatchObject({ to: at('commanded'), isRecorded: false })
    expect(said.out).toContain(last?.sha256)
    expect(await verifyBackup(around(), at('commanded'), {})).toBe(0)
    expect(await readLastBackup(at('home'))).not.toHaveProperty('verifiedAt')
    expect(await verifyBackup(around(), at('commanded'), { restoreDrill: true })).toBe(0)
    expect(await readLastBackup(at('home'))).toMatchObject({ verifiedAt: expect.any(String) })
  }, 60_000)

  test('end with 5 and the first fault, and with one line where nothing may be done', async () => {
    await appendFile(at('commanded/database/identity_account.jsonl'), '[]')
    const fault = { exit: 5, message: expect.stringMatching(/identity_account/) }
    await expect(verifyBackup(around(), at('commanded'), {})).rejects.toMatchObject(fault)
    await expect(verifyBackup(around(), at('home'), {})).rejects.toMatchObject({ exit: 5 })
    await expect(backup(around(), { to: at('commanded') })).rejects.toMatchObject({ exit: 1 })
    await expect(restore(around(), { from: at('backup') })).rejects.toMatchObject({ exit: 1 })
  })
})

test('neither a home nor a database that has something is written over', async () => {
  const from = { from: at('backup'), log: silentLog, durable: false }
  const others = { ...from, home: at('others'), databaseUrl: (await freshDatabase()).url }
  await expect(restoreBackup(others)).rejects.toThrow(/pas vide/)
  const full = { ...from, home: at('home-3'), databaseUrl: database.url }
  await expect(restoreBackup(full)).rejects.toThrow(/not empty/)
  await expect(readdir(at('home-3'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('no node starts on a restoration that was cut, and the same command ends it', async () => {
  const place = { home: at('home-4'), databaseUrl: (await freshDatabase()).url }
  const cut = (step: string) => {
    if (step === 'rows') throw new Error('the machine died')
  }
  const from = { ...place, from: at('backup'), log: silentLog, durable: false }
  await expect(restoreBackup({ ...from, onProgress: cut })).rejects.toThrow('the machine died')
  await expect(openAt(place)).rejects.toThrow(/restauration inachevée/)
  await restoreBackup(from)
  expect(await readdir(place.home)).not.toContain('.restoring')
})

test('restored on an empty home and an empty database it answers the same, and its log goes on', async () => {
  const place = { home: at('home-2'), databaseUrl: (await freshDatabase()).url }
  await restoreBackup({ ...place, from: at('backup'), log: silentLog, durable: false })
  // It is kept elsewhere, and put back by its keeper.
  await writeFile(at('home-2/keys/kek'), kek, { mode: 0o400 })
  const restored = await openAt(place)
  try {
    expect(restored.node.project).toBe(house.node.project)
    expect(await answerOf(restored)).toEqual(answer)
    const permits = async ({ call }: OpenedNode) =>
      (await call('GET', `/api/v1/projects/${house.node.project}`, { as: 'alice' })).json
    const [before, after] = [await permits(house), await permits(restored)]
    expect(after.permit).toEqual(before.permit)
    expect(after.permit).toBeDefined()
  } finally {
    await restored.close()
  }
  const verdict = await verifyLog({ dir: join(place.home, 'audit') })
  expect(verdict).toMatchObject({ status: 'intact' })
  expect(verdict.entries).toBeGreaterThan(made.manifest.log[0]?.size ?? Number.POSITIVE_INFINITY)
}, 60_000)

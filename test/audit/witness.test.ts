/** A witness as a stranger would ask it: over HTTP, with bytes put together here. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkpointText, cosignedAt, noteKey, signNote, verifierKey } from '../../services/audit/note.ts'
import { consistencyPath, leafHash, rootOf } from '../../services/audit/tree.ts'
import { parseVerifierKey } from '../../services/audit/verify/note.ts'
import { openWitnessKey, WitnessNameError } from '../../services/audit/witness/home.ts'
import { Keeper } from '../../services/audit/witness/keeper.ts'
import { recordPath } from '../../services/audit/witness/record-path.ts'
import { openWitnessServer, type WitnessServer } from '../../services/audit/witness/server.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { newPem } from './open-log.ts'

const origin = 'huisclos.demo/audit/2026'
const now = Date.parse('2026-03-01T09:00:00.000Z')
const leaves = Array.from({ length: 20 }, (_, at) => leafHash(Buffer.from(`entry ${at}`)))
const others = leaves.map((_, at) => leafHash(Buffer.from(`other ${at}`)))
const log = noteKey(origin, newPem())
let home = ''
let server: WitnessServer
let vkey = ''

async function open(): Promise<void> {
  const key = await openWitnessKey(home, 'witness.example/w1')
  vkey = verifierKey(key, 'witness')
  const known = parseVerifierKey(verifierKey(log))
  const logs = known ? [known] : []
  const keeper = new Keeper({ home: join(home, 'logs'), key, logs, clock: { now: () => now } })
  server = await openWitnessServer(keeper, { host: '127.0.0.1', port: 0, log: silentLog })
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-witness-'))
  await open()
})
afterEach(async () => {
  await server.close()
  await rm(home, { recursive: true, force: true })
})

function textAt(size: number, tree = leaves): string {
  return checkpointText({ origin, size, root: rootOf(tree.slice(0, size)) })
}

function proofOf(older: number, newer: number): string[] {
  return consistencyPath(older, newer).map(({ from, to }) =>
    rootOf(leaves.slice(from, to)).toString('base64'),
  )
}

function bodyOf(old: number, proof: readonly string[], note: string): string {
  return [`old ${old}`, ...proof, '', note].join('\n')
}

async function send(body: string): Promise<{ status: number; type: string | null; text: string }> {
  const answer = await fetch(`${server.url}/add-checkpoint`, { method: 'POST', body })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

function add(old: number, size: number, proof = proofOf(old, size)) {
  return send(bodyOf(old, proof, signNote(textAt(size), log)))
}

describe('a witness', () => {
  test('cosigns a log that grows, and shows what it cosigned last', async () => {
    for (const [old, size] of [
      [0, 5],
      [5, 12],
      [12, 12],
      [12, 20],
    ] as const) {
      const { status, text } = await add(old, size)
      expect(status).toBe(200)
      expect(cosignedAt(textAt(size), text.trimEnd(), vkey)).toBe(now / 1000)
    }
    const record = await fetch(`${server.url}/${recordPath(origin)}`)
    expect((await record.text()).startsWith(signNote(textAt(20), log))).toBe(true)
  })

  test('tells the size it knows to whom names another one', async () => {
    await add(0, 5)
    expect(await add(0, 12)).toEqual({ status: 409, type: 'text/x.tlog.size', text: '5\n' })
    expect(await add(4, 12)).toMatchObject({ status: 409, text: '5\n' })
  })

  test('never cosigns another tree: not of the same size, not larger, not smaller', async () => {
    await add(0, 12)
    const forked = (old: number, size: number) =>
      send(bodyOf(old, proofOf(old, size), signNote(textAt(size, others), log)))
    expect(await forked(12, 12)).toMatchObject({ status: 409, text: '12\n' })
    expect(await forked(12, 20)).toMatchObject({ status: 422 })
    expect(await add(12, 20, [])).toMatchObject({ status: 422 })
    expect(await add(12, 20, proofOf(11, 20))).toMatchObject({ status: 422 })
    expect(await add(12, 5, [])).toMatchObject({ status: 400 })
    expect(await add(5, 5)).toMatchObject({ status: 409, text: '12\n' })
  })

  test('asks for no proof at the beginning, and takes none', async () => {
    expect(await add(0, 5, proofOf(4, 5))).toMatchObject({ status: 422 })
    const wrong = checkpointText({ origin, size: 0, root: rootOf(leaves) })
    expect(await send(bodyOf(0, [], signNote(wrong, log)))).toMatchObject({ status: 422 })
    expect(await add(0, 0)).toMatchObject({ status: 200 })
    expect(await add(0, 5)).toMatchObject({ status: 200 })
  })

  test('knows its logs and their keys, and nobody else', async () => {
    const stranger = noteKey('huisclos.demo/audit/2027', newPem())
    const unknown = checkpointText({ origin: stranger.name, size: 1, root: rootOf(leaves.slice(0, 1)) })
    expect(await send(bodyOf(0, [], signNote(unknown, stranger)))).toMatchObject({ status: 404 })
    const forged = signNote(textAt(5), noteKey(origin, newPem()))
    expect(await send(bodyOf(0, [], forged))).toMatchObject({ status: 403 })
    expect((await fetch(`${server.url}/${recordPath(stranger.name)}`)).status).toBe(404)
    expect((await fetch(`${server.url}/witness.pem`)).status).toBe(404)
    expect((await fetch(`${server.url}/add-checkpoint`)).status).toBe(405)
  })

  test.each([
    ['nothing', ''],
    ['no old size', signNote(textAt(5), log)],
    ['a leading zero', bodyOf(0, [], signNote(textAt(5), log)).replace('old 0', 'old 00')],
    ['a proof line that is no hash', bodyOf(0, ['AAAA'], signNote(textAt(5), log))],
    [
      '64 proof lines',
      bodyOf(0, Array(64).fill(rootOf(leaves).toString('base64')), signNote(textAt(5), log)),
    ],
    ['a note without signatures', bodyOf(0, [], `${textAt(5)}\n`)],
    ['a line too many in the checkpoint', bodyOf(0, [], signNote(`${textAt(5)}more\n`, log))],
  ])('answers 400 to %s', async (_, body) => {
    expect(await send(body)).toMatchObject({ status: 400 })
  })

  test('does not read on for ever', async () => {
    const answer = await send('x'.repeat(100_000)).catch(() => ({ status: 413 }))
    expect(answer.status).toBe(413)
    expect(await add(0, 5)).toMatchObject({ status: 200 })
  })

  test('remembers over a restart, and keeps its key and name', async () => {
    await add(0, 12)
    const before = vkey
    await server.close()
    await expect(openWitnessKey(home, 'witness.example/w2')).rejects.toThrow(WitnessNameError)
    await open()
    expect(vkey).toBe(before)
    expect(await add(0, 5)).toMatchObject({ status: 409, text: '12\n' })
    expect(await add(12, 20)).toMatchObject({ status: 200 })
  })

  test('signs nothing when its record cannot be read: to begin again would be to forget', async () => {
    await add(0, 12)
    await writeFile(join(home, 'logs', recordPath(origin)), 'nothing')
    expect(await add(0, 5)).toMatchObject({ status: 500 })
    expect(await readFile(join(home, 'logs', recordPath(origin)), 'utf8')).toBe('nothing')
  })

  test('cosigns one of two that come at once from the same size', async () => {
    await add(0, 5)
    const both = await Promise.all([add(5, 12), add(5, 20)])
    // Each comes by a connection of its own, and either may be the first.
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
  })
})

/** The log as sentences, and the commands on the log of a whole node. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { entryShapes } from '../../services/audit/entry.ts'
import type { Client } from '../../services/cli/client.ts'
import { exportJournal, journalLine, reindexJournal, searchJournal } from '../../services/cli/journal.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { openTestNode, type TestNode } from '../node.ts'

const entry = {
  shard: '2026',
  seq: 412,
  ts: '2026-11-21T09:03:22.000Z',
  type: 'query.refused',
  outcome: 'refused',
  actor: 'alice',
  project: 'FR-NOR-2026-000001',
  code: 'ROW_LEVEL',
}

describe('a line', () => {
  test('says in one sentence who did what, when, where', () => {
    expect(journalLine(entry, 'fr')).toBe(
      '2026-11-21 10:03:22  2026/412  une question de alice a été refusée (ROW_LEVEL) · FR-NOR-2026-000001',
    )
  })

  test('has words for every type of entry, in both languages, and leaves no name open', () => {
    for (const type of Object.keys(entryShapes())) {
      const [french, english] = (['fr', 'en'] as const).map((language) =>
        journalLine({ ...entry, type, actor: null }, language),
      )
      expect(french).not.toBe(english)
      expect(`${french}${english}`).not.toMatch(/[{}]|undefined/)
    }
  })

  test('lets no control character reach the terminal', () => {
    expect(journalLine({ ...entry, actor: 'a\u001B[31m\nb' }, 'fr')).toContain('a·[31m·b')
  })
})

describe('the commands', () => {
  let node: TestNode
  let client: Client
  let folder: string

  beforeAll(async () => {
    node = await openTestNode()
    folder = await mkdtemp(join(tmpdir(), 'huisclos-journal-'))
    const token = await mintDemoToken({ home: node.home, subject: 'nadia', clock: systemClock })
    client = { url: node.url, token, language: 'fr' }
    await node.call('GET', '/api/v1/audit/entries', { as: 'alice' })
  }, 60_000)

  afterAll(async () => {
    await node?.close()
    await rm(folder, { recursive: true, force: true })
  })

  function listen() {
    const texts = { stdout: '', stderr: '' }
    const into = (name: keyof typeof texts) =>
      new Writable({
        write(chunk, _, done) {
          texts[name] += chunk
          done()
        },
      })
    const out = { stdout: into('stdout'), stderr: into('stderr'), signal: new AbortController().signal }
    return { texts, out }
  }

  test('search prints what was asked for', async () => {
    const { texts, out } = listen()
    await searchJournal(client, out, { person: 'alice', outcome: 'refused' })
    expect(texts.stdout).toMatch(/^\S+ \S+ {2}\d{4}\/\d+ {2}alice : un appel a été refusé \(ROLE\)\n$/)
    expect(texts.stderr).toMatch(/^1 entrées/)
  })

  test('search follows the pages up to its limit', async () => {
    const { texts, out } = listen()
    await searchJournal(client, out, { limit: 2, json: true })
    expect(JSON.parse(texts.stdout)).toMatchObject({ entries: [{}, {}], contradicted: 0, more: true })
  })

  test('export writes the kind of file that its name says, and no other', async () => {
    const { out } = listen()
    const csv = join(folder, 'journal.csv')
    await exportJournal(client, out, { output: csv, person: 'alice' })
    expect(await readFile(csv, 'utf8')).toContain('access.refused;refused;alice')
    const xlsx = join(folder, 'journal.xlsx')
    await exportJournal(client, out, { output: xlsx })
    expect((await readFile(xlsx)).subarray(0, 2).toString()).toBe('PK')
    await expect(exportJournal(client, out, { output: 'journal.pdf' })).rejects.toMatchObject({ exit: 64 })
  })

  test('reindex fills the index again', async () => {
    const { texts, out } = listen()
    await reindexJournal(client, out)
    expect(texts.stderr).toMatch(/^\d+ entrées indexées/)
  })
})

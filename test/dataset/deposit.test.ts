import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import iconv from 'iconv-lite'
import { openDeposit, readDeposit, receiveTable, submitDeposit } from '../../services/dataset/deposit.ts'
import { queryParquet } from './parquet.ts'
import { chunks, declare, deposit, openRoom, type Room, rouen, rulesOf, type Sent } from './room.ts'
import { acts, people, small } from './small.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, small('small'))
})
afterAll(() => room.close())

async function contentOf(version: number, table = 'people'): Promise<unknown[][]> {
  const file = join(await room.openVersion('small', version), `${table}.parquet`)
  return queryParquet(`SELECT * FROM read_parquet('${file}')`)
}

describe('a sound deposit', () => {
  test('becomes a version with a manifest, and is recorded step by step', async () => {
    const shown = await deposit(room.needs, 'small', { people, acts })
    expect(shown).toMatchObject({ status: 'accepted', findings: [] })
    const version = shown.version ?? 0
    expect(await contentOf(version)).toEqual([
      ['1', 'a', 70.5, '1960-02-01'],
      ['2', 'b', null, '2024-02-29'],
    ])
    const own = room.audit.entries
      .map((entry) => entry.body)
      .filter((body) => 'deposit' in body && body.deposit === shown.id)
    expect(own.map((body) => body.type)).toEqual([
      'deposit.opened',
      'deposit.received',
      'deposit.received',
      'deposit.submitted',
      'deposit.accepted',
    ])
    expect(await readdir(room.needs.storage.folderOf('small', version))).toEqual([
      'acts.parquet.sealed',
      'manifest.json',
      'people.parquet.sealed',
    ])
    expect(await readdir(join(room.home, 'deposits'))).toEqual([])
  })

  test('reads the same text from every charset, bytes 0x80 to 0x9F included', async () => {
    const labels = ['é', 'Œ', '€', '’', '…', 'Ÿ']
    const csv = `id;label;weight;born\n${labels.map((label, i) => `${i + 1};"${label}";1,5;2020-01-01`).join('\n')}\n`
    for (const charset of ['utf-8', 'utf-16', 'windows-1252'] as const) {
      const sent: Sent = {
        body: iconv.encode(csv, charset),
        type: `text/csv; charset=${charset}`,
        gzip: true,
      }
      const shown = await deposit(room.needs, 'small', { people: sent, acts: 'person;act\n1;10\n' })
      expect(shown).toMatchObject({ status: 'accepted', findings: [] })
      expect((await contentOf(shown.version ?? 0)).map((row) => row[1])).toEqual(labels)
    }
  })

  test('in windows-1252 is understood without being told, and says so', async () => {
    const csv = iconv.encode('id;label;weight;born\n1;Œuvre €;1,5;2020-01-01\n', 'windows-1252')
    const shown = await deposit(room.needs, 'small', {
      people: { body: csv, type: 'text/csv' },
      acts: 'person;act\n1;10\n',
    })
    expect(rulesOf(shown)).toEqual(['encoding.detected'])
    expect((await contentOf(shown.version ?? 0))[0]?.[1]).toBe('Œuvre €')
  })

  test('announced as ISO-8859-1 keeps its control characters and warns of them by column and count', async () => {
    const csv = iconv.encode('id;label;weight;born\n1;Œ;1,5;2020-01-01\n2;é;1;2020-01-01\n', 'windows-1252')
    const sent = { body: csv, type: 'text/csv; charset=iso-8859-1' }
    const shown = await deposit(room.needs, 'small', { people: sent, acts })
    expect(shown.status).toBe('accepted')
    expect(shown.findings).toMatchObject([
      { severity: 'warning', rule: 'encoding.control', column: 'label', count: 1, line: 2 },
    ])
    expect((await contentOf(shown.version ?? 0)).map((row) => row[1])).toEqual(['\u008c', 'é'])
  })

  test('may be NDJSON and Parquet, matched by name', async () => {
    const lines =
      '{"weight":70.5,"id":1,"LABEL":"a","born":"1960-02-01"}\n{"id":2,"LABEL":"b","weight":null,"born":"2024-02-29"}\n'
    const file = join(room.home, 'acts.parquet')
    await queryParquet(`COPY (SELECT 10::SMALLINT AS act, 1 AS person) TO '${file}' (FORMAT parquet)`)
    const shown = await deposit(room.needs, 'small', {
      people: { body: lines, type: 'application/x-ndjson' },
      acts: { body: await readFile(file), type: 'application/vnd.apache.parquet', gzip: true },
    })
    expect(shown).toMatchObject({ status: 'accepted', findings: [] })
    expect((await contentOf(shown.version ?? 0))[0]).toEqual(['1', 'a', 70.5, '1960-02-01'])
    expect(await contentOf(shown.version ?? 0, 'acts')).toEqual([['1', '10']])
  })
})

describe('a faulty deposit', () => {
  const base = 'id;label;weight;born\n'
  test('is refused with its findings, and is no version', async () => {
    const shown = await deposit(room.needs, 'small', { people: `${people}3;c;1;31/02/2024\n`, acts })
    expect(shown).toMatchObject({ status: 'refused', findings: [{ rule: 'type', column: 'born', line: 4 }] })
    expect(shown.version).toBeUndefined()
    expect(shown.findings[0]?.message).toBe(
      'people, colonne born, ligne 4 : 1 valeur(s) ne sont pas du type date.',
    )
    expect((await deposit(room.needs, 'small', { people })).findings).toMatchObject([
      { rule: 'table.absent', table: 'acts' },
    ])
  })

  test('whose gzip stream is truncated, or a bomb, is refused', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'small' })
    const bomb = gzipSync(Buffer.concat([Buffer.from(base), Buffer.alloc(64 * 1024 ** 2, '1;a;1;\n')]))
    for (const [table, body] of [
      ['people', bomb],
      ['acts', gzipSync(acts).subarray(0, 20)],
    ] as const) {
      await receiveTable(room.needs, rouen, {
        deposit: id,
        table,
        contentType: 'text/csv',
        contentEncoding: 'gzip',
        body: chunks(body),
      })
    }
    await submitDeposit(room.needs, rouen, { deposit: id })
    await room.needs.checker.idle()
    const shown = await readDeposit(room.needs, rouen, { deposit: id })
    expect(shown.findings).toMatchObject([
      { rule: 'gzip', table: 'acts' },
      { rule: 'gzip.ratio', table: 'people' },
    ])
  })

  test('with social security numbers is held, in any column, and no finding repeats a value', async () => {
    const nir = '255081416802538'
    const corsica = '180022A00400184'
    const rows = [nir, corsica].map((label, i) => `${i + 1};${label};;`).join('\n')
    const shown = await deposit(room.needs, 'small', { people: `${base}${rows}\n`, acts })
    expect(shown).toMatchObject({
      status: 'quarantined',
      findings: [{ rule: 'identifier.nir', column: 'label', count: 2, line: 2 }],
    })
    expect(JSON.stringify([shown, room.audit.entries])).not.toMatch(new RegExp(`${nir}|${corsica}`))
    const asUnit = await deposit(room.needs, 'small', {
      people: `${base}${nir};a;;\n`,
      acts: `person;act\n${nir};1\n`,
    })
    expect(asUnit).toMatchObject({
      status: 'quarantined',
      findings: [
        { rule: 'identifier.nir', column: 'person' },
        { rule: 'identifier.nir', column: 'id' },
      ],
    })
  })

  test('with e-mail addresses is held; 15-digit codes that are no numbers of persons pass', async () => {
    const mails = Array.from({ length: 4 }, (_, i) => `${i + 1};a${i}@b.fr;;`).join('\n')
    const held = await deposit(room.needs, 'small', { people: `${base}${mails}\n`, acts })
    expect(held).toMatchObject({ status: 'quarantined', findings: [{ rule: 'identifier.email', count: 4 }] })
    const codes = Array.from({ length: 400 }, (_, i) => `${i + 1};${255081416800000 + i * 7919};;`).join('\n')
    expect((await deposit(room.needs, 'small', { people: `${base}${codes}\n`, acts })).status).toBe(
      'accepted',
    )
  })
})

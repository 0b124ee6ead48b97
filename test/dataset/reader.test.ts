import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { type Finding, verdictOf } from '../../services/dataset/finding.ts'
import { mediaOf } from '../../services/dataset/media.ts'
import { openReader } from '../../services/dataset/reader.ts'
import { withInheritedRoles } from '../../services/dataset/relations.ts'
import type { Sent } from './room.ts'
import { acts, people, small } from './small.ts'

/** Reads and checks files in this process; that they are read in another one is a matter of deposit.test.ts. */
async function findingsOf(tables: Readonly<Record<string, Sent | string>>): Promise<readonly Finding[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'huisclos-reader-'))
  const paths = Object.keys(tables).map((table) => join(scratch, `${table}.sent`))
  const descriptor = withInheritedRoles(descriptorSchema.parse(small('small')))
  const limits = { threads: 1, memoryBytes: 512 * 1024 ** 2 }
  const reader = await openReader({ descriptor, read: paths, scratch, ...limits })
  try {
    const findings: Finding[] = []
    for (const [table, given] of Object.entries(tables)) {
      const { body, type = 'text/csv; charset=utf-8' }: Sent =
        typeof given === 'string' ? { body: given } : given
      const path = join(scratch, `${table}.sent`)
      await writeFile(path, body)
      findings.push(...(await reader.read(table, path, mediaOf({ contentType: type }))).findings)
    }
    return verdictOf(findings) === 'refused' ? findings : [...findings, ...(await reader.relate())]
  } finally {
    reader.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

describe('a faulty file', () => {
  const base = 'id;label;weight;born\n'
  const cases: readonly [string, Record<string, Sent | string>, object[]][] = [
    [
      'with a column too many',
      { people: `${people.replace('born', 'born;more').replaceAll(/\d{4}\n/g, '2000;x\n')}`, acts },
      [{ rule: 'column.unknown', count: 1 }],
    ],
    [
      'with a column too few',
      { people: 'id;label;weight\n1;a;2\n', acts },
      [{ rule: 'column.absent', column: 'born' }],
    ],
    ['with ragged lines', { people: `${people}3;c\n`, acts }, [{ rule: 'ragged', line: 4, count: 1 }]],
    [
      'with an impossible date',
      { people: `${people}3;c;1;31/02/2024\n`, acts },
      [{ rule: 'type', column: 'born', line: 4, count: 1 }],
    ],
    [
      'with a decimal where an integer is wanted',
      { people: `${base}70,5;a;1,5;\n`, acts: 'person;act\n' },
      [{ rule: 'type', column: 'id', line: 2 }],
    ],
    [
      'with both decimal marks',
      { people: `${people}3;c;1.5;\n`, acts },
      [{ rule: 'type', column: 'weight', line: 4 }],
    ],
    [
      'with a repeated key',
      { people: `${people}1;c;;\n`, acts },
      [{ rule: 'unique', column: 'id', line: 4, count: 1 }],
    ],
    [
      'without a person',
      { people: `${people};c;;\n`, acts },
      [{ rule: 'unit.missing', column: 'id', line: 4 }],
    ],
    [
      'with a value out of bounds',
      { people: `${people}3;c;501;\n`, acts },
      [{ rule: 'bounds', column: 'weight', line: 4, count: 1 }],
    ],
    [
      'with a foreign key that leads nowhere',
      { people, acts: `${acts}9;13\n` },
      [{ rule: 'foreign-key', table: 'acts', line: 5, count: 1 }],
    ],
    [
      'with a key of two persons',
      { people, acts: `${acts}2;10\n` },
      [{ rule: 'key.unit', table: 'acts', column: 'act', count: 1 }],
    ],
    [
      'cut inside its gzip stream',
      { people: { body: gzipSync(people).subarray(0, 40), type: 'text/csv' }, acts },
      [{ rule: 'column.absent' }],
    ],
    [
      'that is not the UTF-8 it says',
      { people: { body: Buffer.from('id;label;weight;born\n1;\xe9;;\n', 'latin1') }, acts },
      [{ rule: 'encoding', line: 2 }],
    ],
    [
      'with a broken line of NDJSON',
      {
        people: {
          body: '{"id":1,"label":"a","weight":1,"born":null}\n{"id":\n[1]\n',
          type: 'application/x-ndjson',
        },
        acts: 'person;act\n1;1\n',
      },
      [{ rule: 'json', line: 2, count: 2 }],
    ],
    [
      'that is no Parquet',
      { people: { body: 'PAR1 nothing', type: 'application/vnd.apache.parquet' }, acts },
      [{ rule: 'format' }],
    ],
  ]
  test.each(cases)('%s is refused, with rule and place', async (_, tables, expected) => {
    const findings = await findingsOf(tables)
    expect(verdictOf(findings)).toBe('refused')
    for (const finding of expected) expect(findings).toContainEqual(expect.objectContaining(finding))
  })
})

test('sound files have no finding', async () => {
  expect(await findingsOf({ people, acts })).toEqual([])
})

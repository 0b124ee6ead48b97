import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { cycles, faults, readHouse, tablesOf } from './architecture.ts'

const services = new URL('../services/', import.meta.url).pathname
const migrations = readdirSync(`${services}store/migrations`).map((name) =>
  readFileSync(`${services}store/migrations/${name}`, 'utf8'),
)

describe('the house', () => {
  test('keeps its floors, keys and tables', () => {
    expect(faults(readHouse(services), tablesOf(migrations))).toEqual([])
  })

  test('has no import cycle', () => {
    expect(cycles(readHouse(services))).toEqual([])
  })
})

describe('the rules report', () => {
  const tables = new Set(['habilitation_event', 'audit_index'])
  const broken: [string, string, string][] = [
    ['an import that goes up', 'kernel/a.ts', "import { x } from '../query/b.ts'"],
    ['an import between rooms of one floor', 'audit/a.ts', "import type { x } from '../store/b.ts'"],
    ['a package without its key', 'query/a.ts', "import pg from 'pg'"],
    ['a package opened by a side effect', 'kernel/a.ts', "import 'zod'"],
    ['a dynamic import of a package', 'kernel/a.ts', "await import('duckdb')"],
    ['a table of another room', 'dataset/a.ts', "db.selectFrom('habilitation_event')"],
    ['the projection of the log outside store', 'audit/a.ts', 'sql`select * from audit_index `'],
    ['a file that lives in no room', 'common/a.ts', ''],
    ['a verifier that borrows from the writer', 'audit/verify/a.ts', "import { h } from '../tree.ts'"],
    ['a portal that enters the house', 'portal/a.ts', "import { x } from '../kernel/id.ts'"],
    ['an import spread over lines', 'kernel/a.ts', "import {\n  x,\n} from '../store/b.ts'"],
  ]
  test.each(broken)('%s', (_, path, text) => {
    expect(faults([{ path, text }], tables)).toHaveLength(1)
  })

  test('a cycle between three files', () => {
    const files = [
      { path: 'query/a.ts', text: "import './b.ts'" },
      { path: 'query/b.ts', text: "import './c.ts'" },
      { path: 'query/c.ts', text: "import './a.ts'" },
    ]
    expect(cycles(files)).toHaveLength(1)
  })
})

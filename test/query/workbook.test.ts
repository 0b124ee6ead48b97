/** An answer as a workbook: what is withheld is said where it stands, and a second sheet says whose answer it is. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sha256 } from '../../services/kernel/hash.ts'
import type { QueryNeeds } from '../../services/query/question.ts'
import { runQuery } from '../../services/query/run.ts'
import { unzipped } from '../unzipped.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: QueryNeeds
beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())

async function asked(sql: string, language: 'fr' | 'en' = 'fr') {
  house.entries.length = 0
  const answer = await runQuery(needs, person('alice'), { project: 'p', sql, format: 'xlsx', language })
  const bytes = answer.body?.bytes ?? new Uint8Array()
  return { answer, bytes, cells: cellsOf(unzipped(bytes)), release: house.entries.at(-1)?.body }
}

/** Texts and numbers of each sheet, by the name of their cell. */
function cellsOf(parts: Map<string, string>) {
  const shared = [...(parts.get('xl/sharedStrings.xml') ?? '').matchAll(/<si><t[^>]*>(.*?)<\/t><\/si>/gs)]
  const sheets = ['1', '2'].map((id) => parts.get(`xl/worksheets/sheet${id}.xml`) ?? '')
  return sheets.map((sheet) =>
    Object.fromEntries(
      [...sheet.matchAll(/<c r="([A-Z]+\d+)"([^>]*)><v>(.*?)<\/v>/g)].map(([, name, facts, value]) => [
        name,
        facts?.includes('t="s"') ? shared[Number(value)]?.[1] : Number(value),
      ]),
    ),
  )
}

test('a withheld cell says so where it stands, and the log keeps the hash of the very file', async () => {
  const { answer, bytes, cells, release } = await asked('SELECT count(*) AS n FROM persons WHERE false')
  expect(answer.suppressed).toEqual([[0, 0]])
  expect(cells[0]).toEqual({ A1: 'n', A2: '&lt; 11' })
  expect(release).toMatchObject({ type: 'query.release', resultSha256: sha256(bytes) })
})

test('the second sheet says project, permit, rules and guarantee, in the language of the caller, and nothing of the text', async () => {
  const sql = "SELECT sex, count(*) AS n FROM persons WHERE sex <> 'hidden' GROUP BY sex ORDER BY sex"
  const { answer, cells } = await asked(sql, 'en')
  const [rows = {}, about = {}] = cells
  expect(rows.A1).toBe('sex')
  expect(typeof rows.B2).toBe('number')
  const said = Object.values(about)
  expect(said).toEqual(
    expect.arrayContaining([answer.permit, answer.policy, answer.disclosure.guarantee, 'Threshold k', 11]),
  )
  expect(JSON.stringify(cells)).not.toContain('hidden')
})

test('a public answer is a workbook too', async () => {
  const { answer, cells } = await asked('SELECT * FROM regions ORDER BY 1')
  expect(answer.suppressed).toEqual([])
  expect(Object.keys(cells[0] ?? {}).length).toBeGreaterThan(answer.columns.length)
})

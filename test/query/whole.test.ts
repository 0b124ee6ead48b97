/** Answers of public tables alone leave as the engine made them; all others have their cells looked at here first. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { tableFromIPC } from 'apache-arrow'
import { sha256 } from '../../services/kernel/hash.ts'
import type { QueryNeeds, Question } from '../../services/query/question.ts'
import { runQuery } from '../../services/query/run.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: QueryNeeds
beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())

const open = 'SELECT * FROM regions ORDER BY 1'
const ofPersons = 'SELECT sex, count(*) AS n FROM persons WHERE sex IS NOT NULL GROUP BY sex ORDER BY sex'

/** The answer, and how often it left whole. */
async function asked(question: Pick<Question, 'sql' | 'format'>) {
  let whole = 0
  const send: QueryNeeds['releaser']['send'] = (...given) => {
    whole += 1
    return needs.releaser.send(...given)
  }
  const { releaser } = needs
  const counting = {
    ...needs,
    releaser: {
      send,
      finish: releaser.finish.bind(releaser),
      encode: releaser.encode.bind(releaser),
      workbook: releaser.workbook.bind(releaser),
      close: () => releaser.close(),
    },
  }
  house.entries.length = 0
  const answer = await runQuery(counting, person('alice'), { project: 'p', ...question })
  return { answer, whole, release: house.entries.at(-1)?.body }
}

test.each(['arrow', 'parquet', 'csv'] as const)(
  'a public answer leaves whole in %s, and as recorded',
  async (format) => {
    const { answer, whole, release } = await asked({ sql: open, format })
    const { answer: json } = await asked({ sql: open })
    const bytes = answer.body?.bytes ?? new Uint8Array()
    expect(whole).toBe(1)
    expect(release).toMatchObject({
      type: 'query.release',
      resultSha256: sha256(bytes),
      shape: { bytes: bytes.byteLength, rows: json.rows.length, cellsWithheld: 0 },
    })
    expect(json.rows.length).toBeGreaterThan(2)
    expect(answer).toMatchObject({ columns: json.columns, suppressed: [], disclosure: json.disclosure })
    if (format === 'arrow') expect(tableFromIPC(bytes).numRows).toBe(json.rows.length)
  },
)

test('an answer about persons, and one in JSON, do not', async () => {
  expect((await asked({ sql: ofPersons, format: 'arrow' })).whole).toBe(0)
  expect((await asked({ sql: open })).whole).toBe(0)
})

test('nor does one whose permit bounds its rows', async () => {
  house.limits = { rowsPerAnswer: 2 }
  try {
    const { answer, whole } = await asked({ sql: open, format: 'arrow' })
    expect(whole).toBe(0)
    expect(answer.disclosure.rowsCutAt).toBe(2)
    expect(tableFromIPC(answer.body?.bytes ?? new Uint8Array()).numRows).toBe(2)
  } finally {
    house.limits = undefined
  }
})

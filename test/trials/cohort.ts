/**
 * The main job, end to end, on a cohort of three files: a hospital deposits, a lead obtains a habilitation, a researcher
 * queries under it, the DPO sees it all. Nothing but the commands and the HTTP calls of the contract is used, and every
 * figure is compared with a count made without a database.
 */
import { strict as assert } from 'node:assert'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, type System, startSystem, until } from '../contract/system.ts'
import { type CohortFiles, cohortFiles, countByHand, type Expected } from './cohort-files.ts'

const field = (name: string, type: string, role?: string) => (role ? { name, type, role } : { name, type })

const descriptor = {
  name: 'cohort',
  title: 'A cohort study: persons, measurements, events',
  kind: 'personal',
  holder: 'chu-rouen',
  domain: 'patients-normandie',
  threshold: 11,
  resources: [
    {
      name: 'persons',
      schema: {
        primaryKey: ['id'],
        fields: [
          field('id', 'integer', 'unit'),
          field('age', 'integer', 'quasi-identifier'),
          field('male', 'integer'),
          field('weight', 'number'),
          field('height', 'number'),
          field('bmi', 'number'),
          field('case.id', 'integer', 'unit-reference'),
          field('futime', 'integer'),
          field('status', 'integer'),
        ],
      },
    },
    {
      name: 'measurements',
      schema: {
        fields: [
          field('id', 'integer', 'unit'),
          field('days', 'integer'),
          field('test', 'string'),
          field('value', 'number'),
        ],
      },
    },
    {
      name: 'events',
      schema: {
        fields: [field('id', 'integer', 'unit'), field('days', 'integer'), field('event', 'string')],
      },
    },
  ],
}

const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

const draft = {
  title: 'Comorbidities of a liver disease',
  summaryLay: 'We count illnesses that come together with a liver disease.',
  publicInterest: 'Better care for a common illness.',
  aim: 'Describe the cohort.',
  kind: 'PERSONAL_HEALTH',
  route: 'MR_004',
  routeReference: '2234567',
  purposes: ['SNDS-III-6'],
  objectives: [{ id: 'O1', label: 'Describe' }],
  lines: [
    {
      dataset: 'cohort',
      justification: 'The cohort is the object of the study.',
      tables: {
        persons: { columns: ['id', 'age', 'male', 'weight', 'height', 'case.id', 'futime', 'status'] },
        measurements: { columns: '*' },
        events: { columns: '*' },
      },
    },
  ],
  persons: [{ issuer: 'demo', subject: 'alice', profile: 'analyst' }],
  accessPeriod: { from: day(-1), until: day(300) },
  prohibitions: 'none',
  disclosure: { mode: 'guarded' },
}

const acts: readonly (readonly [string, string, unknown])[] = [
  ['paul', 'submission', {}],
  ['lucie', 'completeness', { complete: true }],
  ['nadia', 'opinions', { opinion: 'favourable', comment: 'Minimised.' }],
  ['rouen', 'countersignatures', { dataset: 'cohort', decision: 'accept' }],
  ['claire', 'decision', { decision: 'grant', reasons: 'In the public interest.' }],
  ['yves', 'confirmation', {}],
  ['paul', 'acceptance', {}],
]

/** What a statement must be refused with. */
const refusals: readonly (readonly [string, string])[] = [
  ['SELECT * FROM persons', 'ROW_LEVEL'],
  ['SELECT age, weight FROM persons LIMIT 5', 'ROW_LEVEL'],
  ['SELECT id, count(*) FROM events GROUP BY id', 'IDENTIFIER_OUTPUT'],
  ['SELECT DISTINCT id FROM events', 'IDENTIFIER_OUTPUT'],
  ['SELECT count(*) FROM persons WHERE id = 7', 'IDENTIFIER_COMPARED'],
  ["SELECT count(*) FROM persons WHERE id LIKE '7%'", 'IDENTIFIER_COMPARED'],
  ['SELECT count(*) FROM persons WHERE length(id) = 3', 'IDENTIFIER_COMPUTED'],
  ['SELECT avg(bmi) FROM persons', 'COLUMN_UNKNOWN'],
  ['SELECT avg(no_such_column) FROM persons', 'COLUMN_UNKNOWN'],
  ['SELECT count(*) FROM no_such_table', 'RELATION_UNKNOWN'],
  ["SELECT count(*) FROM '/etc/passwd'", 'RELATION_UNKNOWN'],
  ["SELECT count(*) FROM read_csv('/etc/passwd')", 'FUNCTION_NOT_ALLOWED'],
  ['SELECT count(*) FROM duckdb_settings()', 'FUNCTION_NOT_ALLOWED'],
  ['SELECT md5(event), count(*) FROM events GROUP BY 1', 'FUNCTION_NOT_ALLOWED'],
  ['SELECT count(*) FROM persons; SELECT count(*) FROM events', 'ONE_STATEMENT'],
  ['DELETE FROM persons', 'STATEMENT_NOT_ALLOWED'],
  ['SELECT count(* FROM persons', 'SYNTAX'],
  ['SELECT count(*) FROM persons a JOIN persons b ON a.age = b.age', 'CROSS_PATIENT_JOIN'],
  [
    'SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY days) AS r FROM events)',
    'CROSS_PATIENT_WINDOW',
  ],
  ['SELECT event, string_agg(event) FROM events GROUP BY event', 'AGG_NOT_ALLOWED'],
]

interface Walk {
  readonly system: System
  readonly files: CohortFiles
  readonly expected: Expected
  readonly say: (line: string) => void
}

async function deposit({ system, files, expected, say }: Walk): Promise<void> {
  const path = join(system.home, 'cohort.json')
  await writeFile(path, JSON.stringify(descriptor))
  const begun = performance.now()
  const done = await system.huisclos(
    ...['deposit', '--as', 'rouen', '--dataset', 'cohort', '--descriptor', path, '--charset', 'iso-8859-1'],
    ...[`persons=${files.persons}`, `measurements=${files.measurements}`, `events=${files.events}`],
  )
  assert.equal(done.status, 0, done.stderr + done.stdout)
  const rows = expected.rows.persons + expected.rows.measurements + expected.rows.events
  say(`deposit accepted: ${rows} rows in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}

async function habilitate({ system, say }: Walk): Promise<{ habilitation: string; project: string }> {
  const opened = await system.call('POST', '/api/v1/habilitations', { as: 'paul', body: draft })
  assert.equal(opened.status, 201, opened.text)
  let last = opened
  for (const [as, call, body] of acts) {
    last = await system.call('POST', `/api/v1/habilitations/${opened.json.id}/${call}`, { as, body })
    assert.equal(last.status, 200, `${as} ${call}: ${last.text}`)
  }
  const project = String(last.json.projectId)
  const ready = await until(
    () => system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' }),
    (answer) => answer.json?.bulle?.status === 'ready',
  )
  assert.equal(ready.json?.bulle?.status, 'ready', ready.text)
  say(`habilitation granted, project ${project}, bulle ready`)
  return { habilitation: opened.json.id, project }
}

/** Asks as alice; the rows as a record from the first column to the others. */
async function ask(system: System, project: string, sql: string): Promise<Answer> {
  const answer = await system.call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql },
  })
  assert.equal(answer.status, 200, `${sql}\n${answer.text}`)
  assert.equal(answer.json.receipt.leaf.length, 64)
  return answer
}

function asFigures(answer: Answer): Record<string, number> {
  return Object.fromEntries(answer.json.rows.map((row: unknown[]) => [String(row[0]), Number(row[1])]))
}

function atLeast(figures: Readonly<Record<string, number>>, floor: number): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).filter(([, count]) => count >= floor))
}

async function figures({ system, expected, say }: Walk, project: string): Promise<void> {
  const total = await ask(system, project, 'SELECT count(*) AS n, count(DISTINCT id) AS persons FROM persons')
  assert.deepEqual(total.json.rows, [[expected.rows.persons, expected.rows.persons]])
  const bySex = await ask(
    system,
    project,
    'SELECT male, count(*) AS persons, sum(status) AS deaths FROM persons GROUP BY male ORDER BY male',
  )
  const sexes = Object.entries(expected.bySex).map(([male, group]) => [
    Number(male),
    group.persons,
    group.deaths,
  ])
  assert.deepEqual(
    bySex.json.rows.map((row: unknown[]) => row.map(Number)),
    sexes,
  )
  const floor = Math.min(3000, Math.max(...Object.values(expected.events)) / 3)
  const events = await ask(
    system,
    project,
    `SELECT event, count(*) AS n FROM events GROUP BY event HAVING count(*) > ${Math.floor(floor)} ORDER BY n DESC`,
  )
  assert.deepEqual(asFigures(events), atLeast(expected.events, Math.floor(floor) + 1))
  const measurements = await ask(
    system,
    project,
    'SELECT test, count(*) AS n FROM measurements GROUP BY test',
  )
  assert.deepEqual(asFigures(measurements), expected.measurements)
  const first = await ask(
    system,
    project,
    `WITH ranked AS (
       SELECT id, event, row_number() OVER (PARTITION BY id ORDER BY days, event) AS rank FROM events
     )
     SELECT r.event, count(*) AS persons
     FROM ranked r JOIN persons p ON p.id = r.id
     WHERE r.rank = 1 GROUP BY r.event ORDER BY persons DESC`,
  )
  for (const [event, persons] of Object.entries(asFigures(first)))
    assert.equal(persons, expected.firstEvents[event])
  assert.ok(first.json.rows.length > 1, first.text)
  const ages = await ask(system, project, 'SELECT age, count(*) AS n FROM persons GROUP BY age ORDER BY age')
  await withheld(ages, expected)
  say('figures equal to the count made without a database')
}

/** Every age shown is right and holds at least 11 persons; the ages absent are those under 11, and what protects them. */
async function withheld(ages: Answer, expected: Expected): Promise<void> {
  const shown = asFigures(ages)
  for (const [age, persons] of Object.entries(shown)) {
    assert.equal(persons, expected.ages[age])
    assert.ok(persons >= 11)
  }
  const small = Object.values(expected.ages).filter((persons) => persons < 11)
  const hidden = Object.keys(expected.ages).length - Object.keys(shown).length
  assert.ok(
    hidden >= small.length && hidden <= small.length + 1,
    `${hidden} ages withheld, ${small.length} are small`,
  )
}

async function refused({ system, say }: Walk, project: string): Promise<void> {
  for (const [sql, code] of refusals) {
    const answer = await system.call('POST', `/api/v1/projects/${project}/queries`, {
      as: 'alice',
      body: { sql },
    })
    assert.equal(answer.json?.code, code, `${sql}\n${answer.text}`)
    assert.ok(answer.json.hint && answer.json.receipt, answer.text)
    assert.ok(answer.json.location?.length > 0, answer.text)
    const check = await system.call('POST', `/api/v1/projects/${project}/queries/check`, {
      as: 'alice',
      body: { sql },
    })
    assert.ok(check.json.decision === 'refuse' || code === 'SYNTAX', check.text)
  }
  const twins = await Promise.all(
    ['bmi', 'zzz'].map((column) =>
      system.call('POST', `/api/v1/projects/${project}/queries`, {
        as: 'alice',
        body: { sql: `SELECT avg(${column}) FROM persons` },
      }),
    ),
  )
  const words = twins.map(({ json: { receipt, ...rest } }) => rest)
  assert.deepEqual(words[0], words[1])
  const sql = 'SELECT count(*) FROM persons'
  const other = await system.call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql, purpose: 'SNDS-III-1' },
  })
  assert.equal(other.json.code, 'PURPOSE_NOT_GRANTED')
  const bruno = await system.call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'bruno',
    body: { sql },
  })
  assert.equal(bruno.json.code, 'NO_HABILITATION')
  say(`${refusals.length + 2} refusals, each with its code, its place and a hint`)
}

async function stopped(
  { system, say }: Walk,
  { habilitation, project }: { habilitation: string; project: string },
): Promise<void> {
  const at = `/api/v1/habilitations/${habilitation}`
  const long = `SELECT count(*) FROM measurements a JOIN measurements b ON a.id = b.id JOIN measurements c ON c.id = b.id
                WHERE sqrt(abs(a.value * b.value - c.value)) > 3`
  const running = system.call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql: long },
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  const suspended = await system.call('POST', `${at}/suspension`, {
    as: 'nadia',
    body: { reason: 'A question.' },
  })
  assert.equal(suspended.status, 200, suspended.text)
  const begun = performance.now()
  const after = await system.call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql: 'SELECT count(*) FROM persons' },
  })
  assert.equal(after.json.code, 'SUSPENDED')
  const ended = await running
  const ms = performance.now() - begun
  assert.ok(ended.status === 200 || ended.json.code === 'SUSPENDED', ended.text)
  assert.ok(ms < 1000, `stopped after ${ms} ms`)
  const revoked = await system.call('POST', `${at}/revocation`, { as: 'claire', body: { reason: 'Misuse.' } })
  assert.equal(revoked.json.state, 'revocation_noticed', revoked.text)
  const gone = await system.call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql: 'SELECT count(*) FROM persons' },
  })
  assert.equal(gone.json.code, 'REVOKED')
  say(
    `suspended: running query answered ${ended.status} ${ended.json.code ?? ''} within ${ms.toFixed(0)} ms; then revoked`,
  )
}

async function seen({ system, say }: Walk, project: string): Promise<void> {
  const types = new Set<string>()
  let cursor = ''
  do {
    const page = await system.call('GET', `/api/v1/audit/entries?project=${project}${cursor}`, {
      as: 'nadia',
    })
    assert.equal(page.status, 200, page.text)
    for (const entry of page.json.entries) types.add(`${entry.type}/${entry.outcome}/${entry.code ?? ''}`)
    cursor = page.json.next ? `&cursor=${encodeURIComponent(page.json.next)}` : ''
  } while (cursor)
  for (const [, code] of refusals)
    assert.ok(types.has(`query.refused/refused/${code}`), `${code} is in the log`)
  assert.ok(
    types.has('query.release/allowed/') && types.has('habilitation.suspended/done/'),
    [...types].join(' '),
  )
  say(`the DPO sees ${types.size} kinds of entry of the project`)
}

async function proved({ system, say }: Walk): Promise<void> {
  const intact = await system.huisclos('audit', 'verify')
  assert.equal(intact.status, 0, intact.stdout + intact.stderr)
  const copy = await mkdtemp(join(tmpdir(), 'huisclos-tampered-'))
  await system.stop()
  await cp(join(system.home, 'audit'), copy, { recursive: true })
  const files = (await readdir(copy, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  const bundle = files.find((file) => file.parentPath.includes('entries'))
  assert.ok(bundle)
  const path = join(bundle.parentPath, bundle.name)
  const bytes = await readFile(path)
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1
  await writeFile(path, bytes)
  const tampered = await system.huisclos('audit', 'verify', '--dir', copy)
  assert.equal(tampered.status, 1, tampered.stdout + tampered.stderr)
  await rm(copy, { recursive: true, force: true })
  say(`audit verify: intact; after one byte: ${tampered.stdout.trim().split('\n')[0]}`)
}

/** Deposits the cohort and obtains a habilitation for alice, as the trial does; answers the project. */
export async function openCohort(system: System, folder: string): Promise<string> {
  const files = cohortFiles(folder)
  const walk: Walk = { system, files, expected: countByHand(files), say: () => {} }
  await deposit(walk)
  return (await habilitate(walk)).project
}

/** Performs the whole trial; throws at the first figure that is not as expected. */
export async function runCohort(folder: string, say: (line: string) => void): Promise<void> {
  const files = cohortFiles(folder)
  const expected = countByHand(files)
  const system = await startSystem({ demo: 'empty' })
  const walk: Walk = { system, files, expected, say }
  try {
    await deposit(walk)
    const granted = await habilitate(walk)
    await figures(walk, granted.project)
    await refused(walk, granted.project)
    await stopped(walk, granted)
    await seen(walk, granted.project)
    await proved(walk)
  } finally {
    await system.remove()
  }
}

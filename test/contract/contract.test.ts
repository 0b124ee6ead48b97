/** contract.md against a real, started system: paths, fields, statuses, codes, headers. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { rows } from './calls.ts'
import { deriveTables } from './derived.ts'
import { askEstablishments } from './establishments.ts'
import { decideWithoutRunning, explainColumns } from './explained.ts'
import { deposit, descriptor, draft, grant, path, patientsCsv, settled, visitsCsv } from './study.ts'
import { type System, startSystem, until } from './system.ts'

let system: System

beforeAll(async () => {
  system = await startSystem({ demo: 'empty' })
}, 120_000)

afterAll(() => system?.remove(), 60_000)

describe('calls whose answer depends on nothing before', () => {
  test.each(
    rows.map((row) => [`${row.as ?? 'nobody'}: ${row.call} → ${row.status} ${row.code ?? ''}`, row] as const),
  )('%s', async (_, row) => {
    const [method = '', at = ''] = row.call.split(' ')
    const headers = row.raw ? { 'content-type': 'application/json', ...row.headers } : row.headers
    const answer = await system.call(method, at, { ...row, ...(headers ? { headers } : {}) })
    expect(answer.status).toBe(row.status)
    if (row.code !== undefined) expect(answer.json.code).toBe(row.code)
    if (answer.status >= 400) {
      expect(answer.headers.get('content-type')).toMatch('application/problem+json')
      expect(answer.json).toMatchObject({ type: expect.any(String), title: expect.any(String) })
      expect(answer.json).toMatchObject({
        status: row.status,
        detail: expect.any(String),
        hint: expect.any(String),
      })
    }
  })

  test('an invalid body names its fields', async () => {
    const { json } = await system.call('POST', '/api/v1/datasets', {
      as: 'rouen',
      body: { ...descriptor, resources: [{}] },
    })
    expect(json.missing).toContainEqual({ path: 'resources[0].name', message: expect.any(String) })
  })

  test('a refusal speaks the language that was asked for, French first', async () => {
    const french = await system.call('GET', '/api/v1/me')
    const english = await system.call('GET', '/api/v1/me', { headers: { 'accept-language': 'en' } })
    expect([french.json.title, english.json.title]).toEqual([
      'Connexion nécessaire',
      expect.not.stringMatching('Connexion'),
    ])
  })

  test('a refusal carries the receipt of its entry', async () => {
    const { json } = await system.call('GET', '/api/v1/audit/entries', { as: 'alice' })
    expect(json.receipt).toEqual({
      log: expect.any(String),
      seq: expect.any(Number),
      leaf: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})

describe('datasets', () => {
  test('the holder declares a dataset, again changes nothing, another descriptor is a conflict', async () => {
    const post = (body: unknown, as = 'rouen') => system.call('POST', '/api/v1/datasets', { as, body })
    expect(await post(descriptor, 'havre')).toMatchObject({ status: 403, json: { code: 'ROLE' } })
    expect(await post(descriptor, 'alice')).toMatchObject({ status: 403, json: { code: 'ROLE' } })
    const first = await post(descriptor)
    expect(first).toMatchObject({ status: 201, json: { name: 'visits-demo', holder: 'chu-rouen' } })
    expect(await post(descriptor)).toMatchObject({ status: 200 })
    expect(await post({ ...descriptor, title: 'Other' })).toMatchObject({ status: 409 })
    const read = await system.call('GET', '/api/v1/datasets/visits-demo', { as: 'alice' })
    expect(read).toMatchObject({ status: 200, json: { name: 'visits-demo' } })
    const listed = await system.call('GET', '/api/v1/datasets', { as: 'alice' })
    expect(JSON.stringify(listed.json)).toContain('visits-demo')
  })
})

describe('deposits', () => {
  test('a deposit goes from open to accepted, and says the bytes and the hash of each body', async () => {
    const opened = await system.call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })
    expect(opened).toMatchObject({ status: 201, json: { id: expect.any(String), status: 'open' } })
    const at = `/api/v1/deposits/${opened.json.id}`
    const put = (table: string, raw: string) =>
      system.call('PUT', `${at}/tables/${table}?delimiter=%3B&decimal=%2C`, {
        as: 'rouen',
        raw,
        headers: { 'content-type': 'text/csv; charset=utf-8' },
      })
    expect(await put('patients', patientsCsv)).toMatchObject({
      status: 200,
      json: {
        table: 'patients',
        bytes: Buffer.byteLength(patientsCsv),
        sha256: createHash('sha256').update(patientsCsv).digest('hex'),
      },
    })
    expect((await put('no_such_table', patientsCsv)).status).toBeGreaterThanOrEqual(400)
    expect(await put('visits', visitsCsv)).toMatchObject({ status: 200 })
    expect(await system.call('GET', at, { as: 'alice' })).toMatchObject({
      status: 403,
      json: { code: 'ROLE' },
    })
    expect(await system.call('GET', at, { as: 'havre' })).toMatchObject({ status: 404 })
    expect(await system.call('POST', `${at}/submit`, { as: 'rouen' })).toMatchObject({ status: 202 })
    const done = await settled(system, opened.json.id)
    expect(done.json).toMatchObject({
      dataset: 'visits-demo',
      status: 'accepted',
      version: 1,
      findings: expect.any(Array),
    })
    expect(await system.call('POST', `${at}/submit`, { as: 'rouen' })).toMatchObject({ status: 409 })
  }, 60_000)

  test('a media type that no reader knows is refused', async () => {
    const opened = await system.call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })
    const answer = await system.call('PUT', `/api/v1/deposits/${opened.json.id}/tables/patients`, {
      as: 'rouen',
      raw: 'x',
      headers: { 'content-type': 'application/pdf' },
    })
    expect(answer).toMatchObject({ status: 415, json: { code: 'UNSUPPORTED_TYPE' } })
  })
})

describe('habilitation', () => {
  test('an incomplete draft is not submitted, and says what is missing', async () => {
    const opened = await system.call('POST', '/api/v1/habilitations', {
      as: 'paul',
      body: { title: 'Only a title' },
    })
    expect(opened).toMatchObject({ status: 201, json: { state: 'draft', projectId: null } })
    const at = `/api/v1/habilitations/${opened.json.id}`
    const refused = await system.call('POST', `${at}/submission`, { as: 'paul', body: {} })
    expect(refused).toMatchObject({ status: 422, json: { code: 'INCOMPLETE' } })
    expect(refused.json.missing.length).toBeGreaterThan(0)
    const patched = await system.call('PATCH', at, {
      as: 'paul',
      body: { title: 'Changed' },
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect(patched).toMatchObject({ status: 200, json: { title: 'Changed', state: 'draft' } })
    expect(await system.call('GET', at, { as: 'bruno' })).toMatchObject({ status: 404 })
  })

  test('each act leads to its state, and wrong hands do not', async () => {
    const opened = await system.call('POST', '/api/v1/habilitations', { as: 'paul', body: draft })
    const at = `/api/v1/habilitations/${opened.json.id}`
    for (const [as, call, body, state] of path) {
      const stranger = await system.call('POST', `${at}/${call}`, { as: 'bruno', body: body ?? {} })
      expect([403, 404]).toContain(stranger.status)
      const acted = await system.call('POST', `${at}/${call}`, { as, body: body ?? {} })
      expect({ call, status: acted.status, state: acted.json.state }).toMatchObject({ call, status: 200 })
      expect(state === 'active' ? ['issued', 'active'] : [state]).toContain(acted.json.state)
    }
    const read = await system.call('GET', at, { as: 'paul' })
    expect(read.json).toMatchObject({ projectId: expect.stringMatching(/^FR-NOR-\d{4}-\d{6}$/), missing: [] })
    expect(read.json).toHaveProperty('clocks')
  }, 60_000)
})

describe('projects and queries', () => {
  let project: string
  let habilitation: string
  const query = (body: unknown, as = 'alice', headers: Record<string, string> = {}) =>
    system.call('POST', `/api/v1/projects/${project}/queries`, { as, body, headers })
  const bySex = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'

  beforeAll(async () => {
    await deposit(system)
    ;({ habilitation, project } = await grant(system))
  }, 60_000)

  test('a member reads the project, anybody else finds nothing', async () => {
    const read = await system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })
    expect(read.json).toMatchObject({
      id: project,
      title: draft.title,
      status: 'active',
      purposes: ['SNDS-III-6'],
      permit: { id: expect.any(String), version: 1, sha256: expect.any(String), jws: expect.any(String) },
      bulle: { status: 'ready', tables: expect.any(Array) },
      until: expect.any(String),
    })
    expect(await system.call('GET', `/api/v1/projects/${project}`, { as: 'bruno' })).toMatchObject({
      status: 404,
    })
  })

  test('an aggregate is answered with the members of the contract', async () => {
    const answer = await query({ sql: bySex })
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      id: expect.any(String),
      columns: [
        { name: 'sex', type: 'VARCHAR' },
        { name: 'n', type: 'BIGINT' },
      ],
      rows: [
        ['F', 20],
        ['M', 40],
      ],
      suppressed: [],
      disclosure: {
        mode: 'guarded',
        k: 11,
        cellsWithheld: 0,
        groupsWithheld: false,
        guarantee: expect.any(String),
        not_covered: expect.arrayContaining(['homogeneous_groups', 'successive_answers']),
      },
      permit: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      policy: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      engine: expect.any(String),
      cost: { rows: expect.any(Number), wattHours: expect.any(Number) },
      receipt: {
        log: expect.any(String),
        seq: expect.any(Number),
        leaf: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    })
  })

  test('groups under the threshold are absent, and a total under it is null and marked', async () => {
    const grouped = await query({ sql: 'SELECT age, count(*) AS n FROM patients GROUP BY age ORDER BY age' })
    expect(grouped.json.rows.map(([age]: [number]) => age)).not.toContain(90)
    const total = await query({ sql: 'SELECT count(*) AS n FROM patients WHERE age = 90' })
    expect(total.json).toMatchObject({ rows: [[null]], suppressed: [[0, 0]] })
  })

  test.each([
    ['text/csv', /^sex,n\r?\nF,20\r?\nM,40/],
    ['application/vnd.apache.arrow.stream', /^\uFFFD{4}/],
    ['application/vnd.apache.parquet', /^PAR1/],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', /^PK/],
  ])('%s carries the same facts in headers', async (accept, start) => {
    const answer = await query({ sql: bySex }, 'alice', { accept })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(accept)
    expect(answer.headers.get('huisclos-receipt')).toMatch(/^\S+ \d+ [0-9a-f]{64}$/)
    expect(answer.headers.get('huisclos-permit')).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(JSON.parse(answer.headers.get('huisclos-disclosure') ?? '')).toMatchObject({
      mode: 'guarded',
      k: 11,
    })
    expect(answer.text).toMatch(start)
  })

  test('no other format is promised', async () => {
    expect(await query({ sql: bySex }, 'alice', { accept: 'image/png' })).toMatchObject({ status: 406 })
  })

  test.each([
    { sql: 'SELEC 1', status: 400, code: 'SYNTAX', located: true },
    { sql: 'SELECT 1; SELECT 2', status: 403, code: 'ONE_STATEMENT', located: false },
    { sql: 'DELETE FROM patients', status: 403, code: 'STATEMENT_NOT_ALLOWED', located: false },
    { sql: 'SELECT * FROM patients', status: 403, located: false },
    { sql: 'SELECT sex FROM patients', status: 403, code: 'ROW_LEVEL', located: false },
    {
      sql: 'SELECT patient_id, count(*) FROM patients GROUP BY patient_id',
      status: 403,
      code: 'IDENTIFIER_OUTPUT',
      located: true,
    },
    {
      sql: "SELECT count(*) FROM patients WHERE patient_id = 'P1'",
      status: 403,
      code: 'IDENTIFIER_COMPARED',
      located: true,
    },
    { sql: 'SELECT count(*) FROM nothing', status: 403, code: 'RELATION_UNKNOWN', located: true },
    { sql: 'SELECT count(day) FROM visits', status: 403, code: 'COLUMN_UNKNOWN', located: true },
    { sql: "SELECT count(*) FROM read_csv('/etc/passwd')", status: 403, located: false },
    { sql: "SELECT getenv('HOME')", status: 403, code: 'FUNCTION_NOT_ALLOWED', located: true },
  ])('$sql is refused', async ({ sql, status, code, located }) => {
    const answer = await query({ sql })
    expect(answer).toMatchObject({ status, json: { hint: expect.any(String), receipt: expect.any(Object) } })
    if (code !== undefined) expect(answer.json.code).toBe(code)
    if (located)
      expect(answer.json.location).toMatchObject({ offset: expect.any(Number), length: expect.any(Number) })
  })

  test('purpose, person and body are checked', async () => {
    expect(await query({ sql: bySex, purpose: 'SNDS-III-1' })).toMatchObject({
      json: { code: 'PURPOSE_NOT_GRANTED' },
    })
    expect(await query({ sql: bySex }, 'bruno')).toMatchObject({
      status: 403,
      json: { code: 'NO_HABILITATION' },
    })
    expect(await query({ sql: bySex, id: 'not-a-uuid' })).toMatchObject({ status: 422 })
    expect(await query({ sql: bySex, nonsense: 1 })).toMatchObject({ status: 422 })
    expect(await query({ sql: bySex, parameters: [2 ** 53] })).toMatchObject({ status: 422 })
    const bound = await query({
      sql: 'SELECT count(*) AS n FROM patients WHERE sex = $sex',
      parameters: { sex: 'F' },
    })
    expect(bound.json.rows).toEqual([[20]])
    const placed = await query({ sql: 'SELECT count(*) AS n FROM patients WHERE sex = ?', parameters: ['M'] })
    expect(placed.json.rows).toEqual([[40]])
  })

  test('a check decides without running', () => decideWithoutRunning({ system, project, sql: bySex }))

  test('a check says what each column is, and which rules may withhold it, in the language asked for', () =>
    explainColumns({ system, project, sql: bySex }))

  test('a derived table is made, queried and dropped; the answer is its schema', () =>
    deriveTables({ system, project, query }))

  test('of a project useful to the sector, establishments are the units', () => askEstablishments(system))

  test('one lists and cancels one’s own queries only', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001'
    await query({ sql: bySex, id })
    const listed = await system.call('GET', `/api/v1/projects/${project}/queries`, { as: 'alice' })
    expect(JSON.stringify(listed.json)).toContain(id)
    const gone = await system.call('POST', `/api/v1/projects/${project}/queries/${id}/cancel`, {
      as: 'bruno',
    })
    expect([403, 404]).toContain(gone.status)
    const list = (at: string, as: string) => system.call('GET', `/api/v1/projects/${at}/queries`, { as })
    const stranger = { status: 403, json: { code: 'NO_HABILITATION' } }
    expect(await list(project, 'bruno')).toMatchObject(stranger)
    expect(await list('FR-NOR-2026-999999', 'alice')).toMatchObject(stranger)
  })

  test('suspension and revocation stop the next query with their code', async () => {
    const at = `/api/v1/habilitations/${habilitation}`
    const act = (as: string, call: string) =>
      system.call('POST', `${at}/${call}`, { as, body: { reason: 'A doubt.' } })
    const ask = () =>
      system.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql: bySex } })
    expect(await act('alice', 'suspension')).toMatchObject({ status: 403 })
    expect(await act('nadia', 'suspension')).toMatchObject({ status: 200, json: { state: 'suspended' } })
    expect(await ask()).toMatchObject({ status: 403, json: { code: 'SUSPENDED' } })
    expect(await act('claire', 'revocation')).toMatchObject({
      status: 200,
      json: { state: 'revocation_noticed' },
    })
    expect(await ask()).toMatchObject({ status: 403, json: { code: 'REVOKED' } })
    expect(await act('yves', 'revocation')).toMatchObject({ status: 200, json: { state: 'revoked' } })
    const read = await system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })
    expect(read.json).toMatchObject({ status: 'revoked', bulle: { status: 'closed', tables: [] } })
  })
})

describe('audit', () => {
  test('the DPO reads entries, newest first, with their facets', async () => {
    const search = (query: string) => system.call('GET', `/api/v1/audit/entries${query}`, { as: 'nadia' })
    const { json } = await until(
      () => search('?type=query.refused&outcome=refused'),
      (answer) => answer.json.entries.length > 0,
    )
    expect(json.entries[0]).toMatchObject({
      seq: expect.any(Number),
      ts: expect.any(String),
      type: 'query.refused',
      outcome: 'refused',
      actor: 'alice',
      leaf: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const numbers = json.entries.map((entry: { seq: number }) => entry.seq)
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
    expect((await search('?outcome=nonsense')).status).toBe(422)
  })

  test('the log itself is served in the tlog-tiles layout, its contents to the DPO only', async () => {
    const shard = new Date().getUTCFullYear()
    const checkpoint = await until(
      () => system.call('GET', `/audit/${shard}/checkpoint`, { as: 'nadia' }),
      ({ text }) => Number(text.split('\n')[1]) > 0,
    )
    expect(checkpoint.text.split('\n')[0]).toBe(`huisclos.demo/audit/${shard}`)
    const size = Number(checkpoint.text.split('\n')[1])
    const tile = `/audit/${shard}/tile/entries/000${size < 256 ? `.p/${size}` : ''}`
    expect(await system.call('GET', tile, { as: 'nadia' })).toMatchObject({ status: 200 })
    const alice = await system.call('GET', tile, { as: 'alice' })
    expect([alice.status, alice.json.code]).toEqual([403, 'ROLE'])
    const outside = `/audit/${shard}/tile/entries/..%2F..%2Fcheckpoint`
    expect((await system.call('GET', outside, { as: 'nadia' })).status).toBe(404)
  })

  test('the command line finds the log intact while the system runs', async () => {
    expect(await system.huisclos('audit', 'verify')).toMatchObject({ status: 0 })
  })
})

/** The command line as it is typed: results on standard output, everything else beside it, exit statuses of the contract. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { descriptor, grant, patientsCsv, visitsCsv } from './study.ts'
import { type System, startSystem } from './system.ts'

let system: System
let folder: string
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  system = await startSystem({ demo: 'empty' })
  folder = await mkdtemp(join(tmpdir(), 'huisclos-cli-'))
  await writeFile(file('visits-demo.json'), JSON.stringify(descriptor))
  await writeFile(file('patients.csv'), patientsCsv)
  await writeFile(file('visits.csv.gz'), gzipSync(visitsCsv))
  await writeFile(file('bad.csv'), patientsCsv.replace('patient_id;sex;age', 'patient_id;sex'))
}, 120_000)

afterAll(async () => {
  await system?.remove()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

describe('who and what', () => {
  test('token prints a token that the API accepts, and nothing else', async () => {
    const { status, stdout, stderr } = await system.huisclos('token', '--as', 'alice')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const headers = { authorization: `Bearer ${stdout.trim()}` }
    expect(await system.call('GET', '/api/v1/me', { headers })).toMatchObject({
      status: 200,
      json: { subject: 'alice' },
    })
    const [head = ''] = stdout.split('.')
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject({ typ: 'at+jwt' })
  })

  test('an account that does not exist is a wrong use, and the known ones are named', async () => {
    const { status, stdout, stderr } = await system.huisclos('token', '--as', 'mallory')
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toMatch(/alice.*nadia/s)
  })

  test('whoami', async () => {
    expect(await system.huisclos('whoami', '--as', 'nadia')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('dpo'),
    })
  })

  test('an option that does not exist is a wrong use', async () => {
    expect(await system.huisclos('whoami', '--colour', 'blue')).toMatchObject({ status: 64, stdout: '' })
  })
})

describe('deposit', () => {
  const args = () => [
    'deposit',
    '--as',
    'rouen',
    '--dataset',
    'visits-demo',
    '--descriptor',
    file('visits-demo.json'),
  ]
  const both = () => [`patients=${file('patients.csv')}`, `visits=${file('visits.csv.gz')}`]

  test('a dry run checks here and sends nothing', async () => {
    const { status, stdout } = await system.huisclos(...args(), '--dry-run', ...both())
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('accepted') })
    expect(await system.call('GET', '/api/v1/datasets/visits-demo', { as: 'rouen' })).toMatchObject({
      status: 404,
    })
  })

  test('a refused deposit ends with 2 and prints its findings', async () => {
    const tables = [`patients=${file('bad.csv')}`, `visits=${file('visits.csv.gz')}`]
    const { status, stdout } = await system.huisclos(...args(), ...tables)
    expect({ status, stdout }).toMatchObject({ status: 2, stdout: expect.stringMatching(/refused/) })
    expect(stdout).toMatch(/patients/)
    expect(stdout).not.toMatch(/P1\b/)
  })

  test('an accepted one ends with 0 and says its version', async () => {
    const { status, stdout, stderr } = await system.huisclos(...args(), ...both())
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('accepted version 1'),
    })
    expect(stderr).toMatch(/visits: \d+ .*sha256 [0-9a-f]{64}/)
    expect(stderr).not.toContain('\r')
  })

  test.each([[['patients=/nowhere/patients.csv']], [['patients=/etc/hostname']], [['patients']]])(
    '%j ends with 1',
    async (tables) => {
      expect((await system.huisclos(...args(), ...tables)).status).toBe(1)
    },
  )

  test('somebody else’s dataset ends with 1 and the problem on standard error', async () => {
    const [, , , ...rest] = args()
    const { status, stdout, stderr } = await system.huisclos('deposit', '--as', 'havre', ...rest, ...both())
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^ROLE — /)
  })
})

describe('query', () => {
  let project: string
  const ask = (...more: readonly string[]) =>
    system.huisclos('query', '--as', 'alice', '--project', project, ...more)

  beforeAll(async () => {
    ;({ project } = await grant(system))
  }, 60_000)

  test('a table for people, with what is withheld shown as withheld', async () => {
    const { status, stdout, stderr } = await ask(
      'SELECT count(*) AS n, count(*) FILTER (WHERE age = 90) AS old FROM patients',
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/^ *n +old *\n/)
    expect(stdout).toMatch(/60 +< 11/)
    expect(stderr).toMatch(/k = 11 · huisclos\.demo\/audit\/\d{4} n° \d+/)
  })

  test('the schema of a derived table, which has no rows to show', async () => {
    const made = await ask(
      '/* kept */ CREATE TABLE by_sex AS SELECT sex, count(*) AS n FROM patients GROUP BY sex',
    )
    expect(made).toMatchObject({ status: 0, stdout: 'sex VARCHAR\nn BIGINT\n' })
    expect(made.stderr).toMatch(/table kept · k = 11/)
    expect((await ask('drop table by_sex')).stderr).toMatch(/table dropped/)
  })

  test.each([
    ['json', /^\{"id":/],
    ['ndjson', /^\{"sex":"F","n":20\}\n\{"sex":"M","n":40\}\n$/],
    ['csv', /^sex,n\r?\nF,20\r?\nM,40\r?\n$/],
  ])('--format %s', async (format, shape) => {
    const sql = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'
    expect(await ask(sql, '--format', format)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(shape),
    })
  })

  test('parameters, and a file to write to', async () => {
    const target = file('answer.parquet')
    const sql = 'SELECT count(*) AS n FROM patients WHERE sex = $sex'
    const { status, stdout } = await ask(sql, '--param', 'sex=F', '--format', 'parquet', '-o', target)
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    expect((await readFile(target)).subarray(0, 4).toString()).toBe('PAR1')
  })

  test('a refusal ends with 3, with its code, its place and its hint on standard error', async () => {
    const { status, stdout, stderr } = await ask('SELECT count(*) FROM nothing')
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
    expect(stderr).toMatch(/^RELATION_UNKNOWN — /)
    expect(stderr).toMatch(/1 \| SELECT count\(\*\) FROM nothing\n {25}\^{7}\n/)
    expect(stderr).toMatch(/\n→ /)
  })

  test('explain decides without running', async () => {
    const explain = (sql: string) => system.huisclos('explain', '--as', 'alice', '--project', project, sql)
    expect(await explain('SELECT count(*) FROM visits')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^allow\n/),
    })
    const { stdout } = await explain('SELECT sex, count(*) AS n FROM patients GROUP BY sex')
    expect(stdout).toMatch(/^ {2}n BIGINT\n {4}\S.*\n {4}n: \S.*\n {4}règles \/ rules: T1, secondary$/m)
    expect(stdout).toMatch(/^lu \/ read: \S+\.patients \(sex\)$/m)
    expect(stdout).toMatch(/^non couvert \/ not covered:\n {2}homogeneous_groups: /m)
    const refused = await explain('SELECT * FROM visits')
    expect(refused).toMatchObject({ status: 3, stdout: '' })
    expect(refused.stderr).toMatch(
      /^ROW_LEVEL\n1 \| SELECT \* FROM visits\n {11}\^\n→ .*\n {2}forme acceptée \/ accepted form: SELECT /,
    )
  })

  test('simulate decides for somebody, and says by which rule and for which fact', async () => {
    const asked = ['simulate', '--as', 'nadia', '-p', project, '--person', 'alice'] as const
    const yes = await system.huisclos(...asked, '--dataset', 'visits-demo')
    expect(yes).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('rule: query') })
    const no = await system.huisclos(...asked, '--date', '2040-01-01')
    expect(no).toMatchObject({ status: 3, stderr: '', stdout: expect.stringMatching(/EXPIRED.*expired.*→/s) })
    const json = await system.huisclos(...asked, '--purpose', 'SNDS-III-1', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ decision: 'deny', rule: 'purpose-not-granted' })
  })
})

describe('audit', () => {
  test('verify, prove, check, and a byte that was changed in a copy', async () => {
    expect(await system.huisclos('audit', 'verify')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^intact/),
    })
    const proof = file('one.tlog-proof')
    expect(await system.huisclos('audit', 'prove', '--seq', '1', '-o', proof)).toMatchObject({ status: 0 })
    expect(await system.huisclos('audit', 'check', proof)).toMatchObject({ status: 0 })
    await writeFile(proof, (await readFile(proof, 'utf8')).replace(/\nindex 1\n/, '\nindex 2\n'))
    expect(await system.huisclos('audit', 'check', proof)).toMatchObject({ status: 1 })
    expect(await system.huisclos('audit', 'prove', '--seq', '999999', '-o', proof)).toMatchObject({
      status: 3,
    })
    expect(await system.huisclos('audit', 'verify', '--dir', folder)).toMatchObject({
      status: expect.any(Number),
    })
    expect((await system.huisclos('audit', 'verify', '--dir', '/nowhere')).status).toBe(3)
  }, 60_000)
})

describe('audit replay', () => {
  test('decides every query of this home again, and says what it cannot', async () => {
    const { status, stdout, stderr } = await system.huisclos('audit', 'replay', '--json')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const tally = JSON.parse(stdout)
    expect(tally).toMatchObject({ differ: [], lost: [] })
    expect(tally.decisions).toBeGreaterThan(8)
    expect(tally.agree).toBe(tally.decisions)
    for (const name of ['audit', 'keys', 'kept'])
      await cp(join(system.home, name), file(name), { recursive: true })
    await rm(file('kept/permits'), { recursive: true })
    const without = await system.huisclos('audit', 'replay', '--dir', file('audit'))
    expect(without).toMatchObject({ status: 3, stdout: expect.stringContaining('permit gone') })
  }, 60_000)
})

describe('doctor', () => {
  test('looks at ten things at least, and finds this machine well', async () => {
    const { status, stdout } = await system.huisclos('doctor')
    expect({ status, stdout }).toMatchObject({ status: 0 })
    expect(stdout.split('\n').filter((line) => /^[✔!✘] /.test(line)).length).toBeGreaterThanOrEqual(10)
  })

  test('without a node, the commands that need one say so', async () => {
    const home = file('empty-home')
    const { run } = await import('./system.ts')
    const ended = await run(['services/cli.ts', 'whoami', '--as', 'alice'], { HUISCLOS_HOME: home })
    expect(ended).toMatchObject({ status: 6, stdout: '', stderr: expect.stringContaining('npm start') })
  })
})

/**
 * What each clause of a permit does: the clause made tighter or changed, the question, and what is told then. An executed clause
 * names its rule of policies/query.cedar, or what to take away of the code so that the clause says nothing any more.
 */
import { payload, today } from '../habilitation/fixtures.ts'
import { changedAt } from './schema.ts'
import { type Asked, asker, type Draft, project, type Told } from './world.ts'

/** A piece of code without which a clause is not executed. `text` stands once in the file. */
export interface Taken {
  readonly file: string
  readonly text: string
  readonly by: string
}

interface Executed {
  readonly permit?: Draft
  readonly change: (draft: Draft) => unknown
  readonly asked?: Asked
  readonly told: Partial<Told>
  readonly rule?: string
  readonly taken?: readonly Taken[]
}

/** A clause that nobody executes: what it is there for, and another value of it. */
interface Named {
  readonly named: string
  readonly other: unknown
}

const seconds = today / 1000

/** Two lines of persons would hide what one does: there is one. */
export const study: Draft = {
  ...payload,
  jti: `${project}-v2`,
  version: 2,
  previous: `sha256:${'0'.repeat(64)}`,
  conditions: [{ text: 'Publier.', clause: 'organisational', value: 1 }],
  lines: [
    {
      id: 'L1',
      dataset: 'cohort',
      holder: 'chu-rouen',
      k: 11,
      population: { table: 'people', filter: 'id > 0' },
      tables: {
        people: { columns: ['id', 'region', 'age'] },
        stays: { columns: ['id', 'year'], filter: 'year > 2000' },
      },
      exact: 'checked',
      holderAct: 'countersign',
    },
  ],
  limits: { queriesPerDay: 500, rowsPerAnswer: 1000, seconds: 60 },
  assurance: { acr: ['eidas2'], amr: ['mfa'], maxAuthAge: 28_800 },
  optOut: { mode: 'ehds71_3' },
}

/** A project useful to the sector: what its line reads is of establishments. */
const sector: Draft = {
  ...study,
  kind: 'SECTOR_USEFUL',
  lines: [
    {
      id: 'L1',
      dataset: 'beds',
      holder: 'chu-rouen',
      k: 11,
      entity: 'establishment',
      tables: { sites: { columns: ['finess', 'label', 'beds'] } },
      holderAct: 'countersign',
    },
  ],
}
const [site] = sector.lines
const consented = { ...sector, lines: [{ ...site, k: 3, establishmentLevel: 'consented' }] } as Draft

const everybody = { sql: 'SELECT count(*) AS n FROM people' }
const north = { sql: "SELECT count(*) AS n FROM people WHERE region = 'north'" }
const regions = { sql: 'SELECT region, count(*) AS n FROM people GROUP BY region ORDER BY region' }
const stays = { sql: 'SELECT count(*) AS n FROM stays' }
const old = { sql: 'SELECT count(*) AS n FROM people WHERE age >= 30' }
const beds = { sql: 'SELECT sum(beds) AS n FROM sites' }
const single = { sql: "SELECT sum(beds) AS n FROM sites WHERE label = 'Site 1'" }

const at = (path: string, value: unknown) => (draft: Draft) => changedAt(draft, path, () => value)
const without = (path: string, name: string) => (draft: Draft) =>
  changedAt(draft, path, (object) =>
    Object.fromEntries(Object.entries(object as object).filter(([key]) => key !== name)),
  )
const invalid = (rule: string) => ({ code: 'PERMIT_INVALID', rule: `permit.${rule}` })

const signature = 'services/habilitation/signature.ts'
const permits = 'services/habilitation/permits.ts'
const seal = 'services/dataset/seal.ts'
const sealing = 'services/dataset/sealing.ts'
const thresholds = 'services/query/thresholds.ts'
const quota = 'services/query/quota.ts'
const take = (file: string, text: string, by: string): Taken => ({ file, text, by })
/** A form that takes any word. */
const open = (text: string) => [
  take(signature, text, text.replace(/z\.(literal\(.*?\)|enum\(.*?\))/, 'z.any()')),
]

const population = [
  take(
    seal,
    `    ...(work.order.population === undefined
      ? []
      : ['CAST(__unit AS VARCHAR) IN (SELECT unit FROM population)']),
`,
    '',
  ),
]

export const clauses: Readonly<Record<string, Executed | Named>> = {
  v: { change: at('v', 2), told: invalid('form'), taken: open('  v: z.literal(1),') },
  iss: {
    change: at('iss', 'https://elsewhere.example'),
    told: invalid('issuer'),
    taken: [take(signature, "  if (read.data.iss !== issuer) throw invalid('issuer')\n", '')],
  },
  aud: {
    change: at('aud', 'huisclos:session'),
    told: invalid('form'),
    taken: open("  aud: z.literal('huisclos:permit'),"),
  },
  jti: { named: 'names the version', other: `${project}-v9` },
  iat: { named: 'tells when', other: 0 },
  nbf: {
    change: at('nbf', seconds + 60),
    told: { code: 'NOT_YET_VALID', rule: 'not-yet-valid' },
    rule: 'not-yet-valid',
  },
  exp: { change: at('exp', seconds), told: { code: 'EXPIRED', rule: 'expired' }, rule: 'expired' },
  base: {
    change: at('base', 'FR-NOR-2026-000043'),
    told: invalid('project'),
    taken: [take(permits, "if (known.permit.base !== project) throw invalid('project')", '')],
  },
  version: {
    change: at('version', 1),
    told: { code: 'SUPERSEDED', rule: 'superseded' },
    rule: 'superseded',
  },
  previous: { named: 'names the version before', other: `sha256:${'1'.repeat(64)}` },
  'request.id': { named: 'names the request', other: 'D-2026-0002' },
  'request.receivedAt': { named: 'tells when', other: '2026-01-01T00:00:00.000Z' },
  title: { named: 'told to people', other: 'Autre titre' },
  route: {
    named: 'told to people; what the route asks for was checked before it was signed',
    other: 'MR_003',
  },
  kind: {
    permit: sector,
    asked: beds,
    change: at('kind', 'PERSONAL_HEALTH'),
    told: { rows: [[null]], unit: 'person', k: 11 },
    taken: [take(thresholds, "    granted.current.permit.kind === 'SECTOR_USEFUL' &&\n", '')],
  },
  'purposes[]': {
    asked: { ...everybody, purpose: 'SNDS-III-6' },
    change: at('purposes', ['SNDS-III-1']),
    told: { code: 'PURPOSE_NOT_GRANTED', rule: 'purpose-not-granted' },
    rule: 'purpose-not-granted',
  },
  'objectives[].id': {
    asked: { ...everybody, objective: 'O1' },
    change: at('objectives[].id', 'O9'),
    told: { code: 'PURPOSE_NOT_GRANTED', rule: 'objective-not-granted' },
    rule: 'objective-not-granted',
  },
  'objectives[].label': { named: 'told to people', other: 'Autre objectif' },
  'persons[].issuer': {
    change: at('persons[].issuer', 'elsewhere'),
    told: { code: 'NO_HABILITATION', rule: 'no-habilitation' },
    rule: 'no-habilitation',
  },
  'persons[].subject': {
    asked: { ...everybody, by: { ...asker, roles: ['dpo'] } },
    change: at('persons[].subject', 'bruno'),
    told: { code: 'PERSON_NOT_LISTED', rule: 'person-not-listed' },
    rule: 'person-not-listed',
  },
  'persons[].profile': { named: 'told to people', other: 'reader' },
  'persons[].nbf': {
    change: at('persons[].nbf', seconds + 60),
    told: { code: 'NOT_YET_VALID', rule: 'not-yet-valid' },
    rule: 'not-yet-valid',
  },
  'persons[].exp': {
    change: at('persons[].exp', seconds),
    told: { code: 'EXPIRED', rule: 'expired' },
    rule: 'expired',
  },
  'lines[].id': { named: 'names the line', other: 'L7' },
  'lines[].dataset': {
    asked: everybody,
    change: at('lines[].dataset', 'other'),
    told: { rows: [[30]] },
    taken: [take(sealing, 'catalogue.find(line.dataset)', "catalogue.find('cohort')")],
  },
  'lines[].holder': { named: 'names the holder, by whose key the line is signed', other: 'gh-havre' },
  'lines[].k': {
    asked: north,
    change: at('lines[].k', 45),
    told: { rows: [[null]], k: 45 },
    taken: [
      take(
        thresholds,
        'isRead(dataset)).map(({ k }) => k)\n  const derived',
        'isRead(dataset)).map(() => 11)\n  const derived',
      ),
      take('services/dataset/bulle-of.ts', 'Math.max(11, line?.k ?? 11)', '11'),
    ],
  },
  'lines[].entity': {
    permit: sector,
    asked: beds,
    change: without('lines[]', 'entity'),
    told: { rows: [[null]], unit: 'person', k: 11 },
    taken: [take(thresholds, "lines.every(({ entity }) => entity === 'establishment')", 'lines.length > 0')],
  },
  'lines[].establishmentLevel': {
    permit: consented,
    asked: single,
    change: without('lines[]', 'establishmentLevel'),
    told: { rows: [[null]], k: 3 },
    taken: [
      take(
        thresholds,
        "lines.every(({ establishmentLevel }) => establishmentLevel === 'consented')",
        'lines.length > 0',
      ),
    ],
  },
  'lines[].exact': {
    named: 'opens withheld cells to checkers: test/airlock/exact.test.ts',
    other: undefined,
  },
  'lines[].population.table': {
    asked: everybody,
    change: at('lines[].population.table', 'stays'),
    told: { rows: [[40]] },
    taken: population,
  },
  'lines[].population.filter': {
    asked: everybody,
    change: at('lines[].population.filter', "region = 'north'"),
    told: { rows: [[30]] },
    taken: population,
  },
  'lines[].tables{}': {
    asked: stays,
    change: without('lines[].tables', 'stays'),
    told: { code: 'RELATION_UNKNOWN' },
    taken: [
      take(
        sealing,
        'Object.entries(line.tables)',
        "Object.entries({ stays: { columns: ['id', 'year'], filter: undefined }, ...line.tables })",
      ),
    ],
  },
  'lines[].tables{}.columns[]': {
    asked: old,
    change: at('lines[].tables.people.columns', ['id', 'region']),
    told: { code: 'COLUMN_UNKNOWN' },
    taken: [take(seal, '.schema.fields.filter((field) => granted.has(field.name))', '.schema.fields')],
  },
  'lines[].tables{}.filter': {
    asked: stays,
    change: at('lines[].tables.stays.filter', 'year > 2020'),
    told: { rows: [[40]] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a part of a template
    taken: [take(seal, '    ...(table.filter === undefined ? [] : [`__row IN (${table.filter})`]),\n', '')],
  },
  'lines[].holderAct': { named: 'tells what the holder did', other: 'acknowledge' },
  'lines[].holderJws': {
    asked: everybody,
    change: (draft) =>
      changedAt(draft, 'lines[]', (line) => ({ ...(line as object), holderJws: 'e30..e30' })),
    told: { code: 'LINE_CLOSED', rule: 'line-closed' },
    taken: [
      take(permits, 'permit.lines.filter((line, i) => isSigned(line, signers[i] ?? none))', 'permit.lines'),
    ],
  },
  'disclosure.mode': {
    change: at('disclosure.mode', 'raw'),
    told: invalid('form'),
    taken: open("z.literal('guarded')"),
  },
  'node[]': {
    change: at('node', ['huisclos.elsewhere']),
    told: { code: 'WRONG_NODE', rule: 'wrong-node' },
    rule: 'wrong-node',
  },
  'limits.queriesPerDay': {
    change: at('limits.queriesPerDay', 1),
    told: { code: 'QUOTA_EXCEEDED', rule: 'quota.queries-per-day' },
    taken: [
      take(
        quota,
        '  if (await quota.take(permit.base, parisDay(clock.now()), granted)) return\n',
        '  return\n',
      ),
    ],
  },
  'limits.rowsPerAnswer': {
    asked: regions,
    change: at('limits.rowsPerAnswer', 1),
    told: { rows: [['north', 30]] },
    taken: [take(quota, 'rows: rows.slice(0, rowsPerAnswer)', 'rows')],
  },
  'limits.seconds': {
    change: at('limits.seconds', 1),
    told: { ms: 1000 },
    taken: [take(quota, 'Math.min(nodeMs, seconds * 1000)', 'nodeMs')],
  },
  'assurance.acr[]': {
    change: at('assurance.acr', ['eidas3']),
    told: { code: 'ASSURANCE_TOO_LOW', rule: 'assurance-too-low' },
    rule: 'assurance-too-low',
  },
  'assurance.amr[]': {
    change: at('assurance.amr', ['mfa', 'hwk']),
    told: { code: 'ASSURANCE_TOO_LOW', rule: 'assurance-too-low' },
    rule: 'assurance-too-low',
  },
  'assurance.maxAuthAge': {
    change: at('assurance.maxAuthAge', 60),
    told: { code: 'ASSURANCE_TOO_LOW', rule: 'assurance-too-low' },
    rule: 'assurance-too-low',
  },
  'optOut.mode': {
    change: at('optOut.mode', 'elsewhere'),
    told: invalid('form'),
    taken: [take('services/habilitation/opt-out-clause.ts', "z.literal('ehds71_3')", 'z.any()')],
  },
  'conditions[].value': {
    named: 'told to people: the figure that was signed is that of the limits',
    other: 5,
  },
  'conditions[].text': { named: 'told to people', other: 'Autre condition.' },
  'conditions[].clause': { named: 'told to people', other: 'limits.rowsPerAnswer' },
  policyHash: { named: 'names the rules of the day of the signature', other: `sha256:${'1'.repeat(64)}` },
}

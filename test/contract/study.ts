/** A small study for the contract: 60 persons, 180 visits, and the bodies that declare, deposit and ask for it. */
import { type Answer, type System, until } from './system.ts'

export const descriptor = {
  name: 'visits-demo',
  title: 'Visits',
  description: 'Synthetic visits of sixty persons',
  kind: 'personal',
  holder: 'chu-rouen',
  domain: 'patients-normandie',
  threshold: 11,
  resources: [
    {
      name: 'patients',
      schema: {
        primaryKey: ['patient_id'],
        fields: [
          { name: 'patient_id', type: 'string', role: 'unit' },
          { name: 'sex', type: 'string' },
          { name: 'age', type: 'integer', role: 'quasi-identifier' },
        ],
      },
    },
    {
      name: 'visits',
      schema: {
        fields: [
          { name: 'visit_id', type: 'integer', role: 'key' },
          { name: 'patient_id', type: 'string', role: 'unit' },
          { name: 'day', type: 'date' },
          { name: 'cost', type: 'number', bounds: [0, 1000] },
        ],
      },
    },
  ],
}

export const patientsCsv = [
  'patient_id;sex;age',
  ...Array.from({ length: 60 }, (_, i) => `P${i};${i % 3 === 0 ? 'F' : 'M'};${i < 5 ? 90 : 40 + (i % 4)}`),
].join('\n')

export const visitsCsv = [
  'visit_id;patient_id;day;cost',
  ...Array.from(
    { length: 180 },
    (_, i) => `${i};P${i % 60};2026-01-${String((i % 28) + 1).padStart(2, '0')};${i % 7},5`,
  ),
].join('\n')

const today = new Date()
const day = (offset: number) => new Date(today.getTime() + offset * 86_400_000).toISOString().slice(0, 10)

export const draft = {
  title: 'Visits of a region',
  summaryLay: 'We count the visits of sixty invented persons.',
  publicInterest: 'A shared understanding of visits.',
  aim: 'Count visits by sex.',
  kind: 'PERSONAL_HEALTH',
  route: 'MR_004',
  routeReference: '2234567',
  purposes: ['SNDS-III-6'],
  objectives: [{ id: 'O1', label: 'Visits by sex' }],
  lines: [
    {
      dataset: 'visits-demo',
      justification: 'The visits are the object of the study.',
      tables: { patients: { columns: '*' }, visits: { columns: ['visit_id', 'patient_id', 'cost'] } },
    },
  ],
  persons: [{ issuer: 'demo', subject: 'alice', profile: 'analyst' }],
  accessPeriod: { from: day(-1), until: day(300) },
  prohibitions: 'none',
  disclosure: { mode: 'guarded' },
}

const csv = { 'content-type': 'text/csv; charset=utf-8' }

/** Declares and deposits the dataset; answers the settled deposit. */
export async function deposit(system: Pick<System, 'call'>): Promise<Answer> {
  await system.call('POST', '/api/v1/datasets', { as: 'rouen', body: descriptor })
  const opened = await system.call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })
  const at = `/api/v1/deposits/${opened.json.id}`
  await system.call('PUT', `${at}/tables/patients`, { as: 'rouen', raw: patientsCsv, headers: csv })
  await system.call('PUT', `${at}/tables/visits`, { as: 'rouen', raw: visitsCsv, headers: csv })
  await system.call('POST', `${at}/submit`, { as: 'rouen' })
  return settled(system, opened.json.id)
}

export function settled(system: Pick<System, 'call'>, id: string): Promise<Answer> {
  return until(
    () => system.call('GET', `/api/v1/deposits/${id}`, { as: 'rouen' }),
    ({ json }) => ['accepted', 'quarantined', 'refused'].includes(json?.status),
  )
}

/** The acts that lead from a draft to a permit: who, which call, with what, and the state that follows. */
export const path = [
  ['paul', 'submission', undefined, 'received'],
  ['lucie', 'completeness', { complete: true }, 'under_assessment'],
  ['nadia', 'opinions', { opinion: 'favourable', comment: 'Fine.' }, 'under_assessment'],
  ['rouen', 'countersignatures', { dataset: 'visits-demo', decision: 'accept' }, 'under_assessment'],
  ['claire', 'decision', { decision: 'grant', reasons: 'In the public interest.' }, 'under_assessment'],
  ['yves', 'confirmation', undefined, 'pre_permit'],
  ['paul', 'acceptance', undefined, 'active'],
] as const

/** Walks the whole path and waits for the bulle; answers the project as alice reads it. */
export async function grant(
  system: Pick<System, 'call'>,
  changes: object = {},
): Promise<{ habilitation: string; project: string }> {
  const opened = await system.call('POST', '/api/v1/habilitations', {
    ...{ as: 'paul', body: { ...draft, ...changes } },
  })
  const at = `/api/v1/habilitations/${opened.json.id}`
  let last = opened
  for (const [as, call, body] of path)
    last = await system.call('POST', `${at}/${call}`, { as, body: body ?? {} })
  const project = String(last.json.projectId)
  await until(
    () => system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' }),
    ({ json }) => json?.bulle?.status === 'ready',
  )
  return { habilitation: opened.json.id, project }
}

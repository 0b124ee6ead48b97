/** The main job on a real node, with texts that are found nowhere else in all that is sent: what a stolen disk must not hold. */
import { descriptor, draft, grant, patientsCsv, settled, visitsCsv } from '../contract/study.ts'
import type { System } from '../contract/system.ts'
import { pdf } from '../habilitation/documents.ts'

/** Numbers of persons whose every value is one to look for. */
export type Persons = readonly number[]

const word = (what: string) => `wq${what}stolen`

/** Key, text and attachment of persons, who objects, and what somebody asks: none of it is on a disk in any form. */
export function textsOf(persons: Persons): readonly string[] {
  const own = persons.flatMap((one) => [keyOf(one), noteOf(one)])
  return [...own, objector, ...(['document', 'waiting', 'piece', 'literal', 'kept'] as const).map(word)]
}

/** First-level pseudonym of somebody who objects: the database has it, sealed. */
const objector = 'h1k01_5ca1ab1e0ddba11c0ffee0decade0bed'

const keyOf = (person: number) => word(`key${person}n`)
const noteOf = (person: number) => word(`note${person}n`)

const [patients, ...visits] = descriptor.resources
const noted = {
  ...descriptor,
  resources: [
    {
      ...patients,
      schema: { ...patients?.schema, fields: [...(patients?.schema.fields ?? []), { name: 'note' }] },
    },
    ...visits,
  ],
}

/** The tables of the study, with the keys and notes of these persons. */
function tablesOf(persons: Persons): { readonly patients: string; readonly visits: string } {
  const renamed = (text: string) =>
    persons.reduce((all, one) => all.replaceAll(new RegExp(`\\bP${one}\\b`, 'g'), keyOf(one)), text)
  const lines = patientsCsv.split('\n').map((line, at) => {
    if (at === 0) return `${line};note`
    return `${line};${persons.includes(at - 1) ? noteOf(at - 1) : 'usual'}`
  })
  return { patients: renamed(lines.join('\n')), visits: renamed(visitsCsv) }
}

const csv = { 'content-type': 'text/csv; charset=utf-8' }

export interface Study {
  readonly project: string
  readonly habilitation: string
  /** Of the deposit that nobody has submitted. */
  readonly waiting: string
  /** Address of the upload that is half there, and how far it is, and what is left to send. */
  readonly upload: { readonly path: string; readonly offset: number; readonly rest: Uint8Array }
}

export const question = `SELECT sex, count(*) AS n FROM patients WHERE note <> '${word('literal')}' GROUP BY sex ORDER BY sex`
export const questionOnDerived = 'SELECT count(*) AS n FROM mine'

/** From the deposit to an answer and a derived table; then a document, a deposit that waits and an upload that is half there. */
export async function live(system: System, persons: Persons): Promise<Study> {
  const { call } = system
  await call('POST', '/api/v1/datasets', { as: 'rouen', body: noted })
  const tables = tablesOf(persons)
  const opened = await openDeposit(system)
  for (const [table, raw] of Object.entries(tables))
    await call('PUT', `/api/v1/deposits/${opened}/tables/${table}`, { as: 'rouen', raw, headers: csv })
  await call('GET', `/api/v1/deposits/${opened}/tables/patients/preview`, { as: 'rouen' })
  await call('POST', `/api/v1/deposits/${opened}/submit`, { as: 'rouen' })
  const { json } = await settled(system, opened)
  if (json.status !== 'accepted') throw new Error(JSON.stringify(json.findings))
  const { project, habilitation } = await grant(system)
  const at = `/api/v1/projects/${project}/queries`
  const made = `CREATE TABLE mine AS SELECT patient_id, note FROM patients WHERE note <> '${word('literal')}'`
  for (const sql of [question, made, questionOnDerived]) {
    const { status, text } = await call('POST', at, { as: 'alice', body: { sql } })
    if (status !== 200) throw new Error(text)
  }
  await keep(system, project)
  await object(system)
  await attach(system)
  return { project, habilitation, ...(await begin(system, tables.patients)) }
}

async function openDeposit({ call }: System): Promise<string> {
  return (await call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })).json.id
}

async function keep({ call }: System, project: string): Promise<void> {
  const body = { title: word('kept'), sql: `SELECT '${word('kept')}'`, isShared: true }
  const { status, text } = await call('POST', `/api/v1/projects/${project}/saved-queries`, {
    as: 'alice',
    body,
  })
  if (status !== 201) throw new Error(text)
}

/** In a domain of its own: where somebody has objected under a key, the persons of the study would need one too. */
async function object({ call }: System): Promise<void> {
  const elsewhere = { ...descriptor, name: 'visits-elsewhere', domain: 'patients-elsewhere' }
  await call('POST', '/api/v1/datasets', { as: 'rouen', body: elsewhere })
  const path = `/api/v1/datasets/${elsewhere.name}/opt-outs`
  const { status, text } = await call('POST', path, { as: 'rouen', body: { pseudonyms: [objector] } })
  if (status >= 300) throw new Error(text)
}

async function attach({ call }: System): Promise<void> {
  const { json } = await call('POST', '/api/v1/habilitations', { as: 'paul', body: draft })
  const sent = await call('POST', `/api/v1/habilitations/${json.id}/attachments?name=a.pdf`, {
    as: 'paul',
    raw: pdf(`/Title (${word('document')})`),
    headers: { 'content-type': 'application/pdf' },
  })
  if (sent.status !== 201) throw new Error(sent.text)
}

const tus = { 'tus-resumable': '1.0.0' }
const piece = 'application/offset+octet-stream'

async function begin(system: System, patientsText: string): Promise<Pick<Study, 'waiting' | 'upload'>> {
  const { call } = system
  const waiting = await openDeposit(system)
  const raw = `${patientsText}\nP900;F;40;${word('waiting')}`
  await call('PUT', `/api/v1/deposits/${waiting}/tables/patients`, { as: 'rouen', raw, headers: csv })
  const other = await openDeposit(system)
  const whole = Buffer.from(`${patientsText}\nP901;F;40;${word('piece')}\nP902;F;40;usual`)
  const members = { deposit: other, table: 'patients', contentType: 'text/csv' }
  const metadata = Object.entries(members)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')
  const begun = await call('POST', '/api/v1/uploads', {
    as: 'rouen',
    headers: { ...tus, 'upload-length': String(whole.length), 'upload-metadata': metadata },
  })
  const path = new URL(begun.headers.get('location') ?? '', system.url).pathname
  const offset = whole.length - 10
  const sent = await call('PATCH', path, {
    as: 'rouen',
    raw: whole.subarray(0, offset),
    headers: { ...tus, 'upload-offset': '0', 'content-type': piece },
  })
  if (sent.status !== 204) throw new Error(sent.text)
  return { waiting, upload: { path, offset, rest: whole.subarray(offset) } }
}

/** Goes on where the node says that it stands; answers that place and what the last piece was answered. */
export async function goOn({ call }: System, { upload }: Study): Promise<readonly [number, number]> {
  const listed = await call('GET', '/api/v1/uploads', { as: 'rouen' })
  const offset = Number(listed.json.uploads[0]?.offset)
  const sent = await call('PATCH', upload.path, {
    as: 'rouen',
    raw: upload.rest,
    headers: { ...tus, 'upload-offset': String(offset), 'content-type': piece },
  })
  return [offset, sent.status]
}

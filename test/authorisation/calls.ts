/** How each guarded route is called, so that nothing but who asks and what is named decides: its path, query, body and headers. */
import type { Route } from '../../services/gateway/route.ts'
import type { Named, Sent, Tenant } from './house.ts'

/** An object that nobody has, of each kind. */
export const unknown: Named = {
  dataset: 'nothing',
  deposit: '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001',
  upload: '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0002',
  optOut: '999999',
  request: 'D-2026-9999',
  project: 'FR-NOR-2026-999999',
  person: 'nobody',
  organisation: 'nowhere',
  receipt: '999999',
  proposal: '0'.repeat(64),
  shard: '1999',
  entry: '999999',
  release: '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0004',
}

/** What a tenant's people name. */
export function namedOf(tenant: Tenant, state: keyof Tenant['requests'], receipt: string): Named {
  const { requests, ...rest } = tenant
  return { ...rest, request: requests[state], receipt }
}

/** An id that belongs to nothing: the object is told apart by what stands before it in the path. */
const none = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0003'

const byPrefix: readonly (readonly [string, keyof Named])[] = [
  ['/api/v1/datasets/', 'dataset'],
  ['/api/v1/deposits/', 'deposit'],
  ['/api/v1/uploads/', 'upload'],
  ['/api/v1/habilitations/', 'request'],
  ['/api/v1/projects/', 'project'],
  ['/api/v1/releases/', 'release'],
  ['/api/v1/audit/receipts/', 'receipt'],
]

const queries: Readonly<Record<string, (named: Named) => string>> = {
  'POST /api/v1/habilitations/{id}/attachments': () => '?name=a.pdf',
  'GET /api/v1/reviews': () => '?month=2026-11',
  'DELETE /api/v1/audit/views': () => '?name=Refus',
  'GET /api/v1/reports/{name}': ({ organisation }) => `?organisation=${organisation}`,
  'GET /api/v1/proofs': ({ person }) => `?issuer=demo&subject=${person}`,
  'GET /api/v1/sessions': ({ person }) => `?issuer=demo&subject=${person}`,
}

/** `POST /api/v1/datasets/visits/deposits`: the route with these objects in its path. */
export function callOf({ name, path }: Pick<Route, 'name' | 'path'>, named: Named): string {
  const object = byPrefix.find(([prefix]) => path.startsWith(prefix))?.[1]
  const values: Readonly<Record<string, string>> = {
    id: object ? named[object] : none,
    ...(object && { seq: named[object] }),
    name: path.includes('/reports/') ? 'holder' : named.dataset,
    ...(path.includes('/entries/') && { seq: named.entry }),
    version: '1',
    number: path.includes('/releases/') ? '1' : named.optOut,
    table: 'patients',
    attachment: none,
    queryId: none,
    savedId: none,
    shard: named.shard,
    tile: '0/000',
    sha256: named.proposal,
    month: '2026-11',
    family: 'A4',
    detector: 'off-hours',
    key: '0123456789ab',
  }
  const filled = name.replaceAll(/\{(\w+)\}/g, (_, word: string) => values[word] ?? '')
  return filled + (queries[name]?.(named) ?? '')
}

const context = { shows: 'Visits', population: 'All', related: '' }
const question = { sql: 'SELECT sex, count(*) FROM patients GROUP BY sex' }
const kept = { ...question, title: 'By sex', isShared: true }
const reason = { reason: 'A doubt.' }
const tus = { 'tus-resumable': '1.0.0' }
const contract = {
  frequency: 'monthly',
  categories: ['plain'],
  contact: { name: 'DIM' },
  optOutFile: 'none',
  manifest: 'optional',
}
const actorOf = ({ person }: Named) => ({ issuer: 'demo', subject: person })
const onGrant = (named: Named) => ({ person: actorOf(named) })
const reasons = { reasons: 'Good.' }
const decided = { decision: 'grant', ...reasons }
const asking = { items: [{ field: 'aim', comment: 'Why?' }] }
const words = { text: 'Why?' }
const breach = {
  kinds: ['integrity'],
  ...{ nature: 'x', persons: 'x', records: 'x', effects: 'x', measures: 'x' },
}

const acts: Readonly<Record<string, (named: Named) => unknown>> = {
  completeness: () => ({ complete: true }),
  opinions: () => ({ opinion: 'favourable', comment: '' }),
  interests: () => ({ none: true }),
  comments: () => ({ field: 'aim', ...words }),
  'external-references': () => ({ kind: 'other', reference: 'A12' }),
  questions: () => asking,
  answers: () => asking,
  extension: () => reason,
  countersignatures: ({ dataset }) => ({ dataset, decision: 'accept' }),
  decision: () => decided,
  'appeal-decision': () => ({ upheld: false, ...reasons }),
  appeal: () => reasons,
  suspension: () => reason,
  lift: () => ({}),
  recall: ({ dataset }) => ({ line: dataset, ...reason }),
  revocation: () => reason,
  dismissal: () => reasons,
  'revocation-appeal': () => reasons,
  amendment: () => ({ patch: {} }),
  renewal: () => ({ until: '2099-01-01' }),
  'grant-validation': onGrant,
  'grant-issue': onGrant,
  'grant-end': (named) => ({ ...onGrant(named), ...reason }),
  'grant-review': onGrant,
  'review-campaign': () => ({ due: '2099-01-01' }),
  results: () => ({ kind: 'publication', title: 'A', summary: 'B', link: '10.1234/a' }),
  'access-review': () => ({ conclusion: 'nothing', comment: 'x' }),
}

const sent: Readonly<Record<string, (named: Named) => Sent>> = {
  'PUT /api/v1/me/passport': () => ({ body: { passport: 'none' } }),
  'POST /api/v1/datasets': () => ({ body: {} }),
  'POST /api/v1/datasets/{name}/twin/queries': () => ({ body: { sql: 'SELECT 1' } }),
  'PUT /api/v1/datasets/{name}/contract': () => ({ body: contract }),
  'POST /api/v1/datasets/{name}/versions/{version}/recall': () => ({ body: reason }),
  'PUT /api/v1/deposits/{id}/tables/{table}': () => ({
    raw: 'patient_id;sex;age\n',
    headers: { 'content-type': 'text/csv; charset=utf-8' },
  }),
  'PUT /api/v1/deposits/{id}/tables/{table}/dialect': () => ({ body: { charset: 'utf-8' } }),
  'PUT /api/v1/deposits/{id}/manifest': () => ({ body: { jws: 'a.b.c' } }),
  'GET /api/v1/uploads/{id}': () => ({ headers: tus }),
  'PATCH /api/v1/uploads/{id}': () => ({
    raw: 'patient',
    headers: { ...tus, 'upload-offset': '3', 'content-type': 'application/offset+octet-stream' },
  }),
  'DELETE /api/v1/uploads/{id}': () => ({ headers: tus }),
  'POST /api/v1/datasets/{name}/opt-outs': () => ({ body: { pseudonyms: [`h1k01_${'1'.repeat(32)}`] } }),
  'POST /api/v1/habilitations/simulation': (named) => ({
    body: { person: actorOf(named), project: named.project },
  }),
  'POST /api/v1/policies/proposals': () => ({
    body: { files: [{ path: 'query.cedar', text: '' }], ...reason },
  }),
  'POST /api/v1/habilitations/{id}/attachments': () => ({
    raw: '%PDF-',
    headers: { 'content-type': 'application/pdf' },
  }),
  'POST /api/v1/proofs': (named) => ({
    body: { person: actorOf(named), proof: 'training', version: '2026-1' },
  }),
  'POST /api/v1/habilitations/reviews/campaigns': () => ({ body: { due: '2099-01-01' } }),
  'POST /api/v1/habilitations': () => ({ body: { title: 'A draft' } }),
  'PATCH /api/v1/habilitations/{id}': () => ({ body: { acronym: 'V' } }),
  'POST /api/v1/sessions/closures': (named) => ({ body: onGrant(named) }),
  'POST /api/v1/me/identities/unlinking': (named) => ({ body: actorOf(named) }),
  'POST /api/v1/me/tokens': ({ project }) => ({ body: { project } }),
  'POST /api/v1/projects/{id}/releases': () => ({ body: { title: 'Visits' } }),
  'POST /api/v1/releases/{id}/files': () => ({ body: { name: 'a.csv', context, queries: [none] } }),
  'PUT /api/v1/releases/{id}/files/{number}': () => ({
    raw: 'sex,n\n',
    headers: { 'content-type': 'text/csv' },
  }),
  'POST /api/v1/releases/{id}/answers': () => ({ body: words }),
  'POST /api/v1/releases/{id}/reviews': () => ({ body: { round: 1, vote: 'approve' } }),
  'POST /api/v1/projects/{id}/queries': () => ({ body: question }),
  'POST /api/v1/projects/{id}/queries/check': () => ({ body: question }),
  'POST /api/v1/projects/{id}/saved-queries': () => ({ body: kept }),
  'PUT /api/v1/projects/{id}/saved-queries/{savedId}': () => ({ body: kept }),
  'POST /api/v1/audit/entries/{shard}/{seq}/opening': () => ({ body: reason }),
  'POST /api/v1/reviews/{month}/findings/{family}/{detector}/{key}/closing': () => ({
    body: { conclusion: 'explained', ...reason },
  }),
  'POST /api/v1/audit/views': () => ({ body: { name: 'Refus', filter: {} } }),
  'POST /api/v1/incidents': () => ({ body: { title: 'A letter' } }),
  'PUT /api/v1/incidents/{id}/facts': () => ({ body: breach }),
  'POST /api/v1/incidents/{id}/notices': () => ({
    body: { clock: 'incident.gdpr', answer: 'not-due', ...words },
  }),
  'POST /api/v1/incidents/{id}/persons': () => ({ body: { decision: 'not-told', ...reason } }),
  'POST /api/v1/incidents/{id}/closing': () => ({ body: {} }),
}

/** What goes with a call: a whole body, so that its form refuses nobody. */
export function sentWith({ name, path }: Pick<Route, 'name' | 'path'>, named: Named): Sent {
  const act = acts[path.split('/').at(-1) ?? '']
  const isAct = name.startsWith('POST /api/v1/habilitations/{id}/')
  return sent[name]?.(named) ?? (isAct && act ? { body: act(named) } : {})
}

/** Called after all others, one role after the other: what they name is changed or gone. */
export const last: readonly string[] = [
  'POST /api/v1/policies/proposals/{sha256}/approval',
  'DELETE /api/v1/uploads/{id}',
  'POST /api/v1/deposits/{id}/submit',
  'POST /api/v1/datasets/{name}/versions/{version}/recall',
  'GET /api/v1/datasets/{name}/versions/{version}/certificate',
]

/** The path names a part of an object, and this house has none: who may see the whole is told that there is no such part. */
export const without: ReadonlySet<string> = new Set([
  'GET /api/v1/habilitations/{id}/attachments/{attachment}',
  'POST /api/v1/habilitations/{id}/attachments/{attachment}/deletion',
  'POST /api/v1/projects/{id}/queries/{queryId}/cancel',
  'PUT /api/v1/projects/{id}/saved-queries/{savedId}',
  'DELETE /api/v1/projects/{id}/saved-queries/{savedId}',
  'GET /audit/{shard}/tile/{tile}',
  'POST /api/v1/me/sessions/{id}/closure',
  'DELETE /api/v1/me/tokens/{id}',
  'POST /api/v1/reviews/{month}/findings/{family}/{detector}/{key}/closing',
  'GET /api/v1/incidents/{id}',
  'PUT /api/v1/incidents/{id}/facts',
  'POST /api/v1/incidents/{id}/notices',
  'POST /api/v1/incidents/{id}/persons',
  'POST /api/v1/incidents/{id}/closing',
])

/**
 * The calls of the contract whose answer does not depend on what happened before: who, what, the status, and the code of
 * a refusal. `{}` members of a path are filled with names that exist nowhere.
 */
export interface Row {
  readonly as?: string
  readonly call: string
  readonly body?: unknown
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  readonly code?: string
}

const nowhere = '/api/v1/projects/FR-NOR-1999-000001'
const ask = { sql: 'SELECT 1' }
const absent = '/api/v1/habilitations/00000000-0000-4000-8000-000000000000'

export const rows: readonly Row[] = [
  // Open to everybody
  { call: 'GET /healthz', status: 200 },
  { call: 'GET /readyz', status: 200 },
  { call: 'GET /metrics', status: 200 },
  { call: 'GET /', status: 200 },
  { call: 'GET /api/v1/openapi.json', status: 200 },
  { call: 'GET /catalog.ttl', status: 200 },
  { call: 'GET /catalog.jsonld', status: 200 },
  { call: 'GET /transparence', status: 200 },
  { call: 'GET /transparence.json', status: 200 },
  // Who is there
  { call: 'GET /api/v1/me', status: 401, code: 'UNAUTHENTICATED' },
  {
    call: 'GET /api/v1/me',
    headers: { authorization: 'Bearer x.y.z' },
    status: 401,
    code: 'UNAUTHENTICATED',
  },
  { as: 'alice', call: 'GET /api/v1/me', status: 200 },
  // Shapes
  { as: 'alice', call: 'GET /api/v1/nothing', status: 404, code: 'NOT_FOUND' },
  { as: 'alice', call: 'DELETE /api/v1/me', status: 405 },
  { as: 'rouen', call: 'POST /api/v1/datasets', raw: '{"name":', status: 422, code: 'INVALID' },
  { as: 'rouen', call: 'POST /api/v1/datasets', body: { name: 'x' }, status: 422, code: 'INVALID' },
  {
    as: 'rouen',
    call: 'POST /api/v1/datasets',
    raw: `"${'x'.repeat(1_100_000)}"`,
    status: 413,
    code: 'TOO_LARGE',
  },
  // Datasets and deposits
  { as: 'alice', call: 'GET /api/v1/datasets', status: 200 },
  { as: 'alice', call: 'GET /api/v1/datasets/no-such-dataset', status: 404, code: 'NOT_FOUND' },
  { as: 'rouen', call: 'POST /api/v1/datasets/no-such-dataset/deposits', status: 404, code: 'NOT_FOUND' },
  { as: 'rouen', call: 'GET /api/v1/deposits/no-such-deposit', status: 404, code: 'NOT_FOUND' },
  { as: 'rouen', call: 'POST /api/v1/deposits/no-such-deposit/submit', status: 404, code: 'NOT_FOUND' },
  // Habilitations
  { as: 'alice', call: 'POST /api/v1/habilitations', body: {}, status: 403, code: 'ROLE' },
  { as: 'paul', call: `GET ${absent}`, status: 404, code: 'NOT_FOUND' },
  { as: 'paul', call: `POST ${absent}/submission`, status: 404, code: 'NOT_FOUND' },
  // Projects and queries
  { as: 'alice', call: `GET ${nowhere}`, status: 404, code: 'NOT_FOUND' },
  { as: 'alice', call: `POST ${nowhere}/queries`, body: ask, status: 403, code: 'NO_HABILITATION' },
  { as: 'alice', call: `POST ${nowhere}/queries/check`, body: ask, status: 403, code: 'NO_HABILITATION' },
  { as: 'nadia', call: `POST ${nowhere}/queries`, body: ask, status: 403, code: 'NO_HABILITATION' },
  { as: 'alice', call: `POST ${nowhere}/queries`, body: {}, status: 422, code: 'INVALID' },
  // Audit
  { as: 'nadia', call: 'GET /api/v1/audit/entries', status: 200 },
  { as: 'alice', call: 'GET /api/v1/audit/entries', status: 403, code: 'ROLE' },
  { as: 'karim', call: 'GET /api/v1/audit/entries', status: 403, code: 'ROLE' },
]

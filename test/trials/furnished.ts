/** A full demonstration with something on every page, and the address of each page on it. */
import { randomUUID } from 'node:crypto'
import type { System } from '../contract/system.ts'
import type { ListedPage } from '../portal/pages.ts'

export const firstQuery = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'

/** Asks a query and a release of its answer, and opens a draft; then says where a listed page stands. */
export async function furnish(system: System): Promise<(page: ListedPage) => string> {
  const done = async (method: string, path: string, sent: { as: string; body?: unknown }) => {
    const answer = await system.call(method, path, sent)
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status}`)
    return answer.json
  }
  const { projects } = await done('GET', '/api/v1/projects', { as: 'alice' })
  const project: string = projects[0].id
  const register = await system.call('GET', '/transparence.json')
  const request: string = register.json.requests[0].id
  const draft = await done('POST', '/api/v1/habilitations', { as: 'paul', body: { title: 'Essai' } })
  const query = randomUUID()
  await done('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql: firstQuery, id: query },
  })
  const release = await done('POST', `/api/v1/projects/${project}/releases`, {
    as: 'alice',
    body: { title: 'Patients par sexe' },
  })
  const context = { shows: 'Patients par sexe', population: 'Tous les patients', related: '' }
  const path = `/api/v1/releases/${release.id}`
  await done('POST', `${path}/files`, { as: 'alice', body: { name: 'sexe.csv', query, context } })
  await done('POST', `${path}/submission`, { as: 'alice' })
  const { deposits } = await done('GET', '/api/v1/deposits?dataset=pmsi-demo', { as: 'rouen' })
  const incident = await done('POST', '/api/v1/incidents', { as: 'nadia', body: { title: 'Un envoi' } })
  const filled = {
    $incident: incident.id,
    $dataset: 'pmsi-demo',
    $release: release.id,
    $deposit: deposits[0].id,
    $project: project,
    '$request/edit': `${draft.id}/edit`,
    $request: request,
  }
  return (page) =>
    Object.entries(filled).reduce((address, [place, value]) => address.replace(place, value), page.path)
}

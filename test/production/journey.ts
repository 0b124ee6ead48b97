/** The whole way of a question: data, request, permit, proofs, grant, answer. Nine persons, each by a session at the own issuer. */
import { addDays } from '../../services/kernel/clock.ts'
import { deposit, draft, path } from '../contract/study.ts'
import { type Answer, until } from '../contract/system.ts'
import type { Door } from './people.ts'

const alice = { issuer: 'chu', subject: 'alice' }
const reviewers: readonly string[] = ['nadia', 'claire', 'yves']
const question = 'SELECT sex, count(*) AS patients FROM patients GROUP BY sex ORDER BY sex'

/** Answers the rows that alice is given. Throws at the first call that is refused. */
export async function grantedAndAsked(door: Door, say: (line: string) => void): Promise<unknown> {
  const settled = await deposit(door)
  say(`\nrouen (holder), deposit of visits-demo: ${settled.json?.status}`)
  const project = await permitted(door, say)
  const { statuses, granted } = project
  await provedAndGranted(door, granted)
  say('rene (registrar), sylvie (manager), alice: proofs, validation, grant issued')
  const asked = await until(
    () =>
      door.call('POST', `/api/v1/projects/${project.id}/queries`, { as: 'alice', body: { sql: question } }),
    ({ status }) => status !== 409,
  )
  insist(asked)
  say(`alice, ${question}\n${JSON.stringify(asked.json.rows)}`)
  return { statuses, rows: asked.json.rows }
}

function insist(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(`refused: ${answer.status} ${answer.text}`)
  return answer
}

async function permitted(door: Door, say: (line: string) => void) {
  const body = { ...draft, persons: [{ ...alice, profile: 'analyst' }] }
  const opened = insist(await door.call('POST', '/api/v1/habilitations', { as: 'paul', body }))
  const granted = String(opened.json.id)
  const statuses: string[] = []
  let last = opened
  for (const [as, call, more] of path) {
    // The demo holds standing declarations; here everybody who reviews says so of this request.
    if (reviewers.includes(as))
      insist(
        await door.call('POST', `/api/v1/habilitations/${granted}/interests`, { as, body: { none: true } }),
      )
    last = insist(
      await door.call('POST', `/api/v1/habilitations/${granted}/${call}`, { as, body: more ?? {} }),
    )
    statuses.push(String(last.json.state))
  }
  const id = String(last.json.projectId)
  say(`paul (lead) to yves (authority): ${statuses.join(', ')}: ${id}`)
  return { id, granted, statuses }
}

/** T3: who the person is and what she signed, her line manager's word, then the grant. */
async function provedAndGranted(door: Door, habilitation: string): Promise<void> {
  const { json } = insist(await door.call('GET', '/api/v1/proofs', { as: 'alice' }))
  const today = new Date().toISOString().slice(0, 10)
  const record = async (as: string, body: object) =>
    void insist(await door.call('POST', '/api/v1/proofs', { as, body }))
  await record('rene', { person: alice, proof: 'training', version: json.inForce.training })
  await record('rene', { person: alice, proof: 'affiliation', until: addDays(today, 200) })
  await record('alice', { proof: 'charter', version: json.inForce.charter })
  await record('alice', { proof: 'workstation' })
  const act = async (as: string, command: string) => {
    const call = `/api/v1/habilitations/${habilitation}/${command}`
    insist(await door.call('POST', call, { as, body: { person: alice } }))
  }
  await act('sylvie', 'grant-validation')
  await act('rene', 'grant-issue')
}

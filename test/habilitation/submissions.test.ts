/** What whoever instructs reads of a request: what the lead changed, what a holder said, what is proposed. */
import { beforeEach, expect, test } from '@jest/globals'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { leastBody, openRoom, person, type Room, secondLine } from './fixtures.ts'
import { act, opened, walked } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const readAs = (who: string, id: string) => readHabilitation(room, person(who), id)

/** Sent, sent back, changed, and sent again. */
async function sentTwice(): Promise<string> {
  const id = await opened(room, { ...leastBody, lines: [leastBody.lines[0], secondLine] })
  await act(room, id, ['paul', { type: 'submission' }])
  await act(room, id, ['lucie', { type: 'completeness', items: [{ field: 'aim', comment: 'Précisez.' }] }])
  const tables = { results: { columns: ['patient_id'] } }
  const patch = { aim: 'Décrire les soins.', lines: [leastBody.lines[0], { ...secondLine, tables }] }
  await act(room, id, ['paul', { type: 'change', patch }])
  await act(room, id, ['paul', { type: 'completion' }])
  return id
}

test('the second submission is read against the first, clause by clause', async () => {
  const id = await sentTwice()
  const { resubmissions } = await readAs('lucie', id)
  expect(resubmissions).toHaveLength(1)
  expect(resubmissions[0]?.changes).toEqual([
    { path: 'aim', before: leastBody.aim, after: 'Décrire les soins.' },
    { path: 'lines[lab-demo].tables.results.columns', added: ['patient_id'], removed: ['*'] },
  ])
})

test('a holder reads what changed of its own lines alone', async () => {
  const id = await sentTwice()
  const paths = async (who: string) =>
    (await readAs(who, id)).resubmissions.flatMap(({ changes }) => changes.map(({ path }) => path))
  expect(await paths('havre')).toContain('lines[lab-demo].tables.results.columns')
  expect(await paths('rouen')).not.toContain('lines[lab-demo].tables.results.columns')
})

test('a request that was sent once has nothing to compare', async () => {
  expect((await readAs('lucie', await walked(room, 'submission'))).resubmissions).toEqual([])
})

test('the word of a holder who signs is read by who decides', async () => {
  const id = await walked(room, 'completeness')
  const comment = 'Sous réserve de supprimer les dates exactes.'
  const answer = { dataset: 'pmsi-demo', decision: 'accept', comment } as const
  await act(room, id, ['rouen', { type: 'countersignatures', ...answer }])
  expect((await readAs('claire', id)).lines).toMatchObject([{ state: 'countersigned', comment }])
})

test('conditions and references are read before they are confirmed', async () => {
  const id = await walked(room, 'countersignatures')
  await act(room, id, ['lucie', { type: 'external-references', kind: 'cnil', reference: 'DR-2026-001' }])
  const conditions = [{ clause: 'limits.rowsPerAnswer', text: 'Peu de lignes.', value: 100 }]
  await act(room, id, ['claire', { type: 'decision', decision: 'grant', reasons: 'Complet.', conditions }])
  expect(await readAs('yves', id)).toMatchObject({
    externals: [{ kind: 'cnil', reference: 'DR-2026-001' }],
    proposal: { conditions },
  })
})

test('who has agreed to start again is told', async () => {
  const id = await walked(room, 'acceptance')
  await act(room, id, ['nadia', { type: 'suspension', reason: 'Doute.' }])
  await act(room, id, ['nadia', { type: 'lift' }])
  expect((await readAs('claire', id)).suspensions).toMatchObject([{ reason: 'Doute.', agreed: ['dpo'] }])
})

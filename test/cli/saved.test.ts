/** Saved queries on the command line, of a node that has some: listed, read, asked and explained by their title. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { addQuestionCommands } from '../../services/cli/question-commands.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { typedAt } from '../typed.ts'

let node: TestNode
let project = ''
const purpose = 'SNDS-III-6'
const sql = 'SELECT sex, count(*) AS patients FROM patients GROUP BY sex'

beforeAll(async () => {
  node = await openTestNode({ mode: { kind: 'demo', demo: 'full' } })
  project = (await node.call('GET', '/api/v1/projects', { as: 'alice' })).json.projects[0].id
  await keep('alice', { title: 'Par sexe', sql, purpose, isShared: true })
  await keep('alice', { title: 'Refusée', sql: 'SELECT * FROM patients', isShared: false })
  await keep('paul', { title: 'Par sexe', sql: 'SELECT 1', isShared: true })
}, 60_000)
afterAll(() => node.close())

const path = () => `/api/v1/projects/${project}/saved-queries`
const keep = async (as: string, body: object) =>
  expect(await node.call('POST', path(), { as, body })).toMatchObject({ status: 201 })

/** Types one command as somebody: what it wrote on standard output. */
async function huisclos(as: string, ...words: readonly string[]): Promise<string> {
  return (await typedAt(node, addQuestionCommands)(...words, '--as', as, '-p', project)).stdout
}

test('are listed with who wrote them, and one is printed alone, as it was kept', async () => {
  const list = await huisclos('alice', 'saved')
  expect(list).toMatch(/Par sexe +│? *alice/)
  expect(list).toMatch(/Par sexe +│? *paul/)
  expect(await huisclos('alice', 'saved', 'Par sexe')).toBe(`${sql}\n`)
  expect(JSON.parse(await huisclos('paul', 'saved', '--json'))).toMatchObject([
    { title: 'Par sexe', author: { subject: 'paul' } },
    { title: 'Par sexe', author: { subject: 'alice' }, isOwn: false },
  ])
})

test('are asked by their title, under the purpose that was kept with them', async () => {
  const asked = ['query', '--saved', 'Par sexe', '--format', 'json']
  expect(JSON.parse(await huisclos('alice', ...asked))).toMatchObject({
    columns: [{ name: 'sex' }, { name: 'patients' }],
  })
  const { entries } = (await node.call('GET', '/api/v1/audit/entries?type=query.intent', { as: 'nadia' }))
    .json
  expect(entries[0]).toMatchObject({ actor: 'alice', purpose })
  await expect(huisclos('alice', ...asked, '--purpose', 'SNDS-III-1')).rejects.toMatchObject({ exit: 3 })
})

test('are explained like any other text', async () => {
  expect(await huisclos('alice', 'explain', '--saved', 'Par sexe')).toMatch(/^allow\n/)
  await expect(huisclos('alice', 'explain', '--saved', 'Refusée')).rejects.toMatchObject({ exit: 3 })
})

test('one that is not there, two of one title, or a text beside it are a wrong use that says what to do', async () => {
  const wrong = (who: string, ...args: string[]) => expect(huisclos(who, 'query', ...args)).rejects
  await wrong('paul', '--saved', 'Refusée').toMatchObject({
    exit: 64,
    message: expect.stringContaining('huisclos saved -p'),
  })
  await wrong('alice', 'SELECT 1', '--saved', 'Par sexe').toMatchObject({ exit: 64 })
  await keep('alice', { title: 'Par sexe', sql: 'SELECT 2', isShared: true })
  const ids = (await node.call('GET', path(), { as: 'alice' })).json.savedQueries
    .filter(({ title, isOwn }: { title: string; isOwn: boolean }) => title === 'Par sexe' && isOwn)
    .map(({ id }: { id: string }) => id)
  expect(ids).toHaveLength(2)
  await wrong('alice', '--saved', 'Par sexe').toThrow(ids[0])
  expect(await huisclos('alice', 'saved', ids[0])).toBe('SELECT 2\n')
})

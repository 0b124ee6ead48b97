/** What projects hand in, and how much left them, in the public register. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { requestPage } from '../../services/gateway/request-page.ts'
import { commandBodies } from '../../services/habilitation/commands.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import {
  openPublicRegister,
  type PublicRegister,
  type RegisterEntry,
} from '../../services/review/register/register.ts'
import { registerCsv } from '../../services/review/register/table.ts'
import { openRoom, person, type Room } from '../habilitation/fixtures.ts'
import { act, granted, type Step } from '../habilitation/walk.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse('shared')
let room: Room
let id: string
let register: PublicRegister
/** By project. */
const left = new Map<string, number>()

beforeEach(async () => {
  room = await openRoom()
  const walked = await granted(room)
  id = walked.id
  left.clear()
  left.set(walked.project, 3)
  const { auditIndex, audit } = house
  register = openPublicRegister({
    ...{ ...room, audit, auditIndex },
    accounts: {
      list: async () => [person('paul', { displayName: 'Paul Canari' })],
      organisations: async () => [],
    },
    catalogue: { list: async () => [] },
    released: async () => left,
  })
})

const article = {
  type: 'results',
  kind: 'publication',
  title: 'Un <b>article</b>',
  summary: 'Écrit par Paul Canari, paul@chu.example.',
  link: '10.1234/abc?a=1&b=2',
} as const
const handIn = (kind: 'results' | 'publication') => act(room, id, ['paul', { ...article, kind }] as Step)

async function shown(): Promise<RegisterEntry> {
  const [one] = await register.read()
  if (one === undefined) throw new Error('nothing is public')
  return one
}

const clocks = async () =>
  (await readHabilitation(room, person('paul'), id)).clocks.map(({ id: clock }) => clock)

describe('results and publications', () => {
  test('are public once they are handed in, without the names and addresses of persons', async () => {
    expect((await shown()).publications).toEqual([])
    await handIn('publication')
    const { publications, facts } = await shown()
    expect(publications).toMatchObject([
      {
        kind: 'publication',
        title: 'Un <b>article</b>',
        summary: 'Écrit par […], […].',
        link: 'https://doi.org/10.1234/abc?a=1&b=2',
      },
    ])
    expect(facts.at(-1)).toMatchObject({ fact: 'published' })
  })

  test('of the study end the duty to publish; a publication on the way does not', async () => {
    await handIn('publication')
    room.time.now = Date.parse('2029-06-01T09:00:00Z')
    expect(await clocks()).toContain('results.publish')
    expect((await shown()).results).toMatchObject({ overdue: true })
    await handIn('results')
    expect(await clocks()).not.toContain('results.publish')
    expect((await shown()).results).toBeNull()
  })

  test('are handed in by the lead alone, and of a project that was granted', async () => {
    const stranger = act(room, id, ['alice', article] as Step)
    await expect(stranger).rejects.toMatchObject({ code: 'ROLE' })
  })

  test.each([
    'javascript:alert(1)',
    'http://example.org/a',
    'https://a@b.example/x',
    '10.12/"x',
    'https://a b.fr',
  ])('%s is no link', (link) => {
    const { type: _, ...body } = article
    expect(commandBodies.results.safeParse(body).success).toBe(true)
    expect(commandBodies.results.safeParse({ ...body, link }).success).toBe(false)
  })

  test('stand on the page of the project as text with a link, and in the table', async () => {
    await handIn('results')
    const one = await shown()
    const page = requestPage(one, { language: 'fr', vocabularies: room.rulebook.vocabularies })
    expect(page).toContain('<h2>Résultats et publications</h2>')
    expect(page).toContain('<strong>Un &lt;b&gt;article&lt;/b&gt;</strong> (résultats de l’étude')
    expect(page).toContain(
      'href="https://doi.org/10.1234/abc?a=1&amp;b=2" rel="nofollow noopener noreferrer"',
    )
    expect(Buffer.from(registerCsv([one], 'fr')).toString()).toContain('https://doi.org/10.1234/abc?a=1&b=2')
  })
})

test('how often something left a project is public, and no page speaks of what never did', async () => {
  const around = { language: 'fr', vocabularies: room.rulebook.vocabularies } as const
  const one = await shown()
  expect(one.releases).toBe(3)
  const told = '<dt>Sorties de résultats autorisées</dt><dd>3</dd>'
  expect(requestPage(one, around)).toContain(told)
  expect(requestPage({ ...one, releases: 0 }, around)).not.toContain('Sorties de résultats')
})

/** The two kinds of projects: one column about persons moves a light one, by every way in, and nothing moves it back. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { datasets } from './catalogued.ts'
import { leastBody, openRoom, person, type Room } from './fixtures.ts'
import { act, opened, steps } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom({ datasets })
})

const line = (dataset: string, table: string, columns: '*' | readonly string[] = '*') => ({
  dataset,
  justification: 'x',
  tables: { [table]: { columns } },
})
const beds = line('beds-demo', 'beds')
const light = {
  ...leastBody,
  ...{ kind: 'SECTOR_USEFUL', route: 'NON_PERSONNELLE', routeReference: undefined, lines: [beds] },
}
const change = (patch: object) => ['paul', { type: 'change', patch }] as const

describe('a light project', () => {
  test('of establishments lacks nothing and stays light', async () => {
    const seen = await readHabilitation(room, person('paul'), await opened(room, light))
    expect(seen).toMatchObject({ kind: 'SECTOR_USEFUL', missing: [], escalations: [] })
  })

  test('needs no public interest of its own, which the other kind does', async () => {
    const { publicInterest: _, ...without } = light
    const seen = await readHabilitation(room, person('paul'), await opened(room, without))
    expect(seen.missing).toEqual([])
  })

  const ways = [
    {
      what: 'a column that identifies',
      added: line('pmsi-demo', 'patients', ['sex', 'commune']),
      trigger: 'E1',
      column: 'commune',
    },
    {
      what: 'a column of a table of persons',
      added: line('pmsi-demo', 'patients', ['sex']),
      trigger: 'E2',
      column: 'sex',
    },
    {
      what: 'all of a table of persons',
      added: line('pmsi-demo', 'stays'),
      trigger: 'E1',
      column: 'stay_id',
    },
    {
      what: 'a column tagged in a table that is public',
      added: line('beds-demo', 'wards', ['head_birth']),
      trigger: 'E1',
      column: 'head_birth',
    },
  ]
  test.each(ways)('is moved by $what, in a draft, and told which', async ({ added, trigger, column }) => {
    const id = await opened(room, light)
    const seen = await act(room, id, change({ lines: [added] }))
    expect(seen).toMatchObject({ kind: 'PERSONAL_HEALTH', escalations: [{ trigger, column }] })
    expect(seen.escalations[0]?.fr).toContain(column)
    expect(seen.escalations[0]?.en).toContain(added.dataset)
    expect(seen.route).toBeUndefined()
    expect(seen.missing.map(({ path }) => path)).toContain('route')
    expect(room.audit.entries.slice(-2).map(({ body }) => body)).toMatchObject([
      { type: 'habilitation.changed', state: 'draft' },
      { type: 'habilitation.returned', state: 'draft', dataset: added.dataset },
    ])
  })

  test('is not moved by a table of a personal dataset that is about no person', async () => {
    const id = await opened(room, { ...light, route: 'RGPD_HORS_SANTE', legalBasis: ['GDPR-6-1-e'] })
    const seen = await act(room, id, change({ lines: [beds, line('pmsi-demo', 'hospitals')] }))
    expect(seen).toMatchObject({ kind: 'SECTOR_USEFUL', escalations: [] })
  })

  test('is moved as it is opened, and as it is copied with a line more', async () => {
    const personal = { ...light, lines: [beds, line('pmsi-demo', 'stays')] }
    const first = await readHabilitation(room, person('paul'), await opened(room, personal))
    expect(first).toMatchObject({ kind: 'PERSONAL_HEALTH', escalations: [{ trigger: 'E1' }] })
    const id = await opened(room, light)
    const request = { copyOf: id, lines: personal.lines }
    const copy = await actOn(room, person('paul'), { command: { type: 'opening', request } })
    expect(copy).toMatchObject({ kind: 'PERSONAL_HEALTH', copiedFrom: id })
  })

  test('is moved while it is completed, and goes back to its draft', async () => {
    const id = await opened(room, light)
    await act(room, id, ['paul', { type: 'submission' }])
    await act(room, id, ['lucie', { type: 'completeness', items: [{ field: 'lines', comment: 'More?' }] }])
    const seen = await act(room, id, change({ lines: [beds, line('pmsi-demo', 'stays')] }))
    expect(seen).toMatchObject({ state: 'draft', kind: 'PERSONAL_HEALTH' })
  })

  test('is not moved by an amendment of its permit, which needs a new request', async () => {
    const id = await opened(room, light)
    for (const [who, command] of steps) {
      const asked = command.type === 'countersignatures' ? { ...command, dataset: 'beds-demo' } : command
      await act(room, id, [who, asked])
    }
    const patch = { lines: [beds, line('pmsi-demo', 'stays')] }
    await expect(act(room, id, ['paul', { type: 'amendment', patch }])).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'lines[1].dataset' }] },
    })
  })

  test('that was moved does not come back, though the column goes', async () => {
    const id = await opened(room, { ...light, lines: [line('pmsi-demo', 'stays')] })
    const back = act(room, id, change({ kind: 'SECTOR_USEFUL', lines: [beds] }))
    await expect(back).rejects.toMatchObject({
      code: 'INVALID',
      facts: { rule: 'escalated', missing: [{ path: 'kind' }] },
    })
    expect((await act(room, id, change({ route: 'MR_004', lines: [beds] }))).kind).toBe('PERSONAL_HEALTH')
  })
})

describe('rows about staff', () => {
  const shifts = line('shifts-demo', 'shifts')

  test('move the route and leave the kind', async () => {
    const id = await opened(room, light)
    const seen = await act(room, id, change({ lines: [beds, shifts] }))
    expect(seen).toMatchObject({
      kind: 'SECTOR_USEFUL',
      route: 'RGPD_HORS_SANTE',
      escalations: [{ trigger: 'E7', dataset: 'shifts-demo' }],
    })
    expect(seen.missing.map(({ path }) => path)).toEqual(['legalBasis'])
    await expect(act(room, id, change({ route: 'NON_PERSONNELLE' }))).rejects.toMatchObject({
      code: 'INVALID',
      facts: { missing: [{ path: 'route' }] },
    })
  })

  test('beside rows about patients give way to these', async () => {
    const seen = await readHabilitation(
      room,
      person('paul'),
      await opened(room, { ...light, lines: [shifts, line('pmsi-demo', 'stays')] }),
    )
    expect(seen).toMatchObject({ kind: 'PERSONAL_HEALTH', escalations: [{ trigger: 'E1' }] })
  })
})

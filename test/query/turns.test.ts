import { afterEach, describe, expect, test } from '@jest/globals'
import { openQueryTurns, type Turn } from '../../services/query/turns.ts'

const limits = { runningPerPerson: 2, waitingPerPerson: 3, runningPerProject: 4, waitMs: 60_000 }

const entered: Turn[] = []
afterEach(() => {
  for (const turn of entered.splice(0)) turn.end()
})

/** `began` has the names of those whose turn has come, in that order. */
function open(changes: Partial<typeof limits> = {}) {
  const turns = openQueryTurns({ ...limits, ...changes })
  const began: string[] = []
  const refused: string[] = []
  const ask = (id: string, project = 'p'): Turn => {
    const [subject = ''] = id.split(/\d/)
    const turn = turns.enter({ id, project, by: { issuer: 'demo', subject } })
    turn.ready.then(
      () => began.push(id),
      (error: { code: string; facts: { rule: string } }) =>
        refused.push(`${id} ${error.code} ${error.facts.rule}`),
    )
    entered.push(turn)
    return turn
  }
  return { turns, ask, began, refused }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a turn', () => {
  test('one person has two, the third waits for one of them, and somebody else does not', async () => {
    const { turns, ask, began } = open()
    const first = ask('alice1')
    for (const id of ['alice2', 'alice3', 'bruno1']) ask(id)
    await settled()
    expect(began).toEqual(['alice1', 'alice2', 'bruno1'])
    expect(turns.isWaiting('alice3')).toBe(true)
    expect(turns.counts()).toEqual({ running: 3, waiting: 1 })
    first.end()
    await settled()
    expect(began.at(-1)).toBe('alice3')
    expect(turns.isWaiting('alice3')).toBe(false)
  })

  test('one project has four, whoever asks; another project does not wait for it', async () => {
    const { ask, began } = open()
    for (const id of ['alice1', 'alice2', 'bruno1', 'bruno2', 'carole1']) ask(id)
    ask('carole2', 'q')
    await settled()
    expect(began).toEqual(['alice1', 'alice2', 'bruno1', 'bruno2', 'carole2'])
  })

  test('who waits beyond the limit is refused at once, and those who waited before go on', async () => {
    const { ask, began, refused } = open()
    const first = ask('alice1')
    for (const id of ['alice2', 'alice3', 'alice4', 'alice5', 'alice6', 'bruno1']) ask(id)
    await settled()
    expect(refused).toEqual(['alice6 RATE query.waiting'])
    first.end()
    await settled()
    expect(began).toEqual(['alice1', 'alice2', 'bruno1', 'alice3'])
  })

  test('goes to whoever has waited longest since their last one, not to who asked most', async () => {
    const { ask, began } = open({ runningPerProject: 1, waitingPerPerson: 10 })
    const turns = ['alice1', 'alice2', 'alice3', 'bruno1', 'carole1', 'bruno2'].map(
      (id) => [id, ask(id)] as const,
    )
    const byId = new Map(turns)
    for (let times = 0; times < 6; times += 1) {
      await settled()
      byId.get(began.at(-1) ?? '')?.end()
    }
    expect(began).toEqual(['alice1', 'bruno1', 'carole1', 'alice2', 'bruno2', 'alice3'])
  })

  test('given up while waiting leaves no place behind', async () => {
    const { turns, ask, began } = open({ runningPerProject: 1 })
    const first = ask('alice1')
    const second = ask('bruno1')
    ask('carole1')
    second.end()
    expect(turns.isWaiting('bruno1')).toBe(false)
    first.end()
    await settled()
    expect(began).toEqual(['alice1', 'carole1'])
  })

  test('that does not come in time is refused', async () => {
    const { ask, refused } = open({ runningPerProject: 1, waitMs: 10 })
    ask('alice1')
    await expect(ask('bruno1').ready).rejects.toMatchObject({ code: 'RATE' })
    expect(refused).toEqual(['bruno1 RATE query.waited'])
  })
})

/** The short form of `npm run trials -- fuzz-http`: fifteen hundred spoiled calls on a house of this process. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { demoCallers, knownNames } from './accounts.ts'
import { fuzz } from './run.ts'

let node: TestNode
beforeAll(async () => {
  node = await openTestNode()
}, 60_000)
afterAll(() => node?.close())

test('no call is answered by a bug, by a stack, or by what was sent; the house answers afterwards', async () => {
  const { home, url } = node
  const token = (subject: string) => mintDemoToken({ home, subject, clock: systemClock })
  const known = await knownNames({ url, lead: await token('paul'), holder: await token('rouen') })
  const port = Number(new URL(url).port)
  const figures = await fuzz({ port, seed: 42, count: 800, callers: await demoCallers(home), known })
  expect(figures.faults).toEqual([])
  expect(figures.reached.length).toBeGreaterThan(30)
  expect((await node.call('GET', '/api/v1/me', { as: 'alice' })).status).toBe(200)
  expect((await node.call('GET', '/readyz')).json).toMatchObject({ ready: true })
}, 120_000)

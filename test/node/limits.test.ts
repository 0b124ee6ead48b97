/** The limits in a whole node: a demo meets none of those that count, and a slow line loses nothing of a file in pieces. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'
import { demoLimits } from '../../services/gateway/limit-settings.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { partsOf, rawTo } from '../gateway/raw-client.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
beforeAll(async () => {
  // Those of a demo, but for the time that a line has.
  node = await openTestNode({ limits: { ...demoLimits, requestSeconds: 0.5, fileKiBPerSecond: 64 } })
  expect((await node.call('POST', '/api/v1/datasets', { as: 'rouen', body: pmsiDemo })).status).toBe(201)
})
afterAll(() => node.close())

const many = (count: number, call: () => Promise<{ readonly status: number }>) =>
  Promise.all(Array.from({ length: count }, call)).then((all) => [
    ...new Set(all.map(({ status }) => status)),
  ])

describe('a demo', () => {
  test('serves a hundred calls of one person at once, and guesses at tokens too', async () => {
    expect(await many(100, () => node.call('GET', '/api/v1/me', { as: 'alice' }))).toEqual([200])
    expect(await many(70, () => node.call('GET', '/api/v1/me'))).toEqual([401])
  })

  test('answers more questions to a twin, at once and in a minute, than a production node takes', async () => {
    const ask = () =>
      node.call('POST', `/api/v1/datasets/${pmsiDemo.name}/twin/queries`, {
        as: 'alice',
        body: { sql: 'SELECT FROM WHERE' },
      })
    expect(await many(40, ask)).toEqual([400])
  })
})

test('a piece of a file below the pace ends with what has arrived, kept, and the next one goes on from there', async () => {
  const opened = await node.call('POST', `/api/v1/datasets/${pmsiDemo.name}/deposits`, { as: 'rouen' })
  const members = { deposit: opened.json.id, table: 'patients', contentType: 'text/csv' }
  const metadata = Object.entries(members).map(
    ([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`,
  )
  const tus = { 'tus-resumable': '1.0.0' }
  const begun = await node.call('POST', '/api/v1/uploads', {
    as: 'rouen',
    headers: { ...tus, 'upload-length': '2000', 'upload-metadata': metadata.join(',') },
  })
  expect(begun.status).toBe(201)
  const token = await mintDemoToken({ home: node.home, subject: 'rouen', clock: systemClock })
  const head = [
    `PATCH /api/v1/uploads/${begun.json.id} HTTP/1.1`,
    'Host: h',
    `Authorization: Bearer ${token}`,
    'Tus-Resumable: 1.0.0',
    'Content-Type: application/offset+octet-stream',
    'Upload-Offset: 0',
    'Content-Length: 2000',
  ]
  const slow = await rawTo(node.url, `${head.join('\r\n')}\r\n\r\n${'x'.repeat(500)}`)
  const { status, headers } = partsOf(await slow.answer)
  expect({ status, offset: headers.get('upload-offset') }).toEqual({ status: 204, offset: '500' })
  const found = await node.call('GET', `/api/v1/uploads/${begun.json.id}`, { as: 'rouen', headers: tus })
  expect(found.json).toMatchObject({ offset: 500, bytes: 2000 })
})

/** Texts that a house cannot keep, and bodies that are not what they say, are refused at the door. */
import { expect, test } from '@jest/globals'
import request from 'supertest'
import { z } from 'zod'
import { createApp } from '../../services/gateway/app.ts'
import { route } from '../../services/gateway/route.ts'
import { openDoors } from '../gateway/doors.ts'

const thing = route({
  method: 'post',
  path: '/api/v1/things/{id}',
  summary: '',
  authorisation: { who: 'account', sees: 'house' },
  records: 'own',
  params: z.strictObject({ id: z.string() }),
  query: z.strictObject({ word: z.string().optional() }),
  body: z.looseObject({}).optional(),
  about: ({ id }) => ({ project: id }),
  responses: { 200: { description: '' } },
  handler: async () => ({ json: {} }),
})

function open() {
  const { house, entries } = openDoors()
  const app = createApp(house, [thing])
  const post = (path: string, body = '{}', headers = {}) =>
    request(app)
      .post(path)
      .set({ authorization: 'Bearer alice', 'content-type': 'application/json', ...headers })
      .send(body)
  return { post, entries }
}

test('a name with NUL is a name that nothing has, and gets no chain in the log', async () => {
  const { post, entries } = open()
  expect(await post('/api/v1/things/a%00b')).toMatchObject({ status: 404, body: { rule: 'path.form' } })
  expect(entries).toMatchObject([{ about: { by: { subject: 'alice' } } }])
  expect(entries[0]?.about).not.toHaveProperty('project')
})

test.each([
  ['/api/v1/things/a?word=%00', '{}', 'word'],
  ['/api/v1/things/a', '{"a":[{"b":"\\u0000"}]}', 'a.0.b'],
  ['/api/v1/things/a', '{"a":"\\ud800"}', 'a'],
  ['/api/v1/things/a', '{"a":{"\\u0000":1}}', 'a'],
])('%s with %s is INVALID at %s', async (path, body, at) => {
  const { post } = open()
  const missing = [{ path: at, message: expect.any(String) }]
  expect(await post(path, body)).toMatchObject({ status: 422, body: { code: 'INVALID', missing } })
})

test('a statement is left to its parser, which tells the place', async () => {
  const { post } = open()
  expect((await post('/api/v1/things/a', '{"sql":"\\u0000"}')).status).toBe(200)
})

test('a body that is not compressed as it says is INVALID, not a bug', async () => {
  const { post } = open()
  const answer = await post('/api/v1/things/a', '{}', { 'content-encoding': 'gzip' })
  expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID' } })
})

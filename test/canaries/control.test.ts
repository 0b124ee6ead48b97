/** The search for canaries finds a house that lets an error of the engine through: else its silence would mean nothing. */
import { expect, test } from '@jest/globals'
import request from 'supertest'
import { z } from 'zod'
import { openBare } from '../../services/engine/duckdb.ts'
import { createApp } from '../../services/gateway/app.ts'
import { openRoute } from '../../services/gateway/route.ts'
import { openDoors } from '../gateway/doors.ts'
import { found, textOf } from './canaries.ts'

/** What the engine itself says of a statement that it cannot run. */
async function saidByEngine(sql: string): Promise<string> {
  const database = await openBare({ threads: 1, memoryBytes: 2 ** 27 })
  try {
    await (await database.connect()).runAndReadAll(sql)
    throw new Error('the statement ran')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    database.close()
  }
}

const careless = (error: Error) =>
  openRoute({
    method: 'get',
    path: '/careless',
    summary: 'passes on what it was told',
    responses: { 200: { description: '', schema: z.object({}) } },
    handler: () => Promise.reject(error),
  })

async function saidOf(error: Error): Promise<{ readonly logged: string; readonly answered: string }> {
  const { house, logged } = openDoors()
  const { text } = await request(createApp(house, [careless(error)])).get('/careless')
  return { logged: logged.join('\n'), answered: text }
}

test('an error of the engine repeats values; passed on, it would be found in the log and in the answer', async () => {
  const text = await saidByEngine(`SELECT CAST('${textOf('cast')}' AS INTEGER)`)
  expect(found(text)).toEqual(['cast'])
  const { logged, answered } = await saidOf(new Error(text))
  expect(found(logged)).toEqual(['cast'])
  // The house writes what it answers, and has not one word of the error.
  expect(found(answered)).toEqual([])
  expect(found(answered.replace('}', `,"detail":${JSON.stringify(text)}}`))).toEqual(['cast'])
})

test('an error of the system repeats what it was given: the log has its code and its place, and not its words', async () => {
  const given = textOf('body')
  // As Node throws them; its own come from another realm than that of a test, where nothing is an Error.
  for (const [error, code] of [
    [new TypeError(`Unknown encoding: ${given}`), 'ERR_UNKNOWN_ENCODING'],
    [new Error(`ENOENT: no such file or directory, open '/${given}'`), 'ENOENT'],
  ] as const) {
    const { logged } = await saidOf(new Error('ours', { cause: Object.assign(error, { code }) }))
    expect(logged).toContain('Error: ours')
    expect(logged).toContain(`${error.name} ${code}`)
    expect(found(logged)).toEqual([])
  }
})

test('a canary is found in whatever case, and in base64', () => {
  expect(found(textOf('row').toUpperCase())).toEqual(['row'])
  expect(found(Buffer.from(`name,${textOf('unit')}\n`).toString('base64'))).toEqual(['unit'])
  expect(found(Buffer.from(textOf('token')).toString('base64url'))).toEqual(['token'])
  expect(found('nothing of it')).toEqual([])
})

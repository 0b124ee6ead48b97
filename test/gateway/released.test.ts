import { describe, expect, test } from '@jest/globals'
import express from 'express'
import request from 'supertest'
import { receiptFor } from '../../services/audit/receipt.ts'
import { disclosureLine, formatOf, sendReleased } from '../../services/gateway/released.ts'
import type { Answer } from '../../services/query/question.ts'

const receipt = receiptFor('huisclos.demo/audit/2026', 42, 'b'.repeat(64))

const answer: Answer = {
  id: '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001',
  columns: [{ name: 'n', type: 'BIGINT' }],
  rows: [[12], [null]],
  suppressed: [[1, 0]],
  disclosure: {
    mode: 'guarded',
    unit: 'person',
    k: 11,
    cellsWithheld: 1,
    groupsWithheld: false,
    rules: ['T1'],
    guarantee: 'Chaque cellule concerne au moins 11 personnes — ou rien.',
    not_covered: ['many_cells'],
  },
  permit: `sha256:${'c'.repeat(64)}`,
  policy: `sha256:${'d'.repeat(64)}`,
  engine: 'DuckDB v1.5.5',
  cost: { rows: 1000, wattHours: 0.001 },
  receipt,
}

function serve(sent: Answer) {
  const app = express()
  app.get('/', (_request, response) => sendReleased(response, sent, receipt))
  return request(app).get('/')
}

describe('a released answer', () => {
  test('as JSON has exactly the members of the contract', async () => {
    const { body, headers } = await serve(answer)
    const { receipt: shown, ...rest } = body
    const { receipt: _, ...expected } = answer
    expect(rest).toEqual(expected)
    expect(shown).toEqual({ log: receipt.log, seq: 42, leaf: receipt.leaf })
    expect(headers['huisclos-receipt']).toBe(`huisclos.demo/audit/2026 42 ${'b'.repeat(64)}`)
    expect(headers['huisclos-permit']).toBe(answer.permit)
  })

  test('as a file is exactly the bytes that were recorded, with its facts in headers', async () => {
    const bytes = Buffer.from('n\r\n12\r\n\r\n')
    const got = await serve({ ...answer, body: { format: 'csv', bytes } })
    expect(got.headers['content-type']).toMatch(/^text\/csv/)
    expect(got.text).toBe(bytes.toString())
    expect(JSON.parse(String(got.headers['huisclos-disclosure']))).toEqual({
      ...answer.disclosure,
      suppressed: [[1, 0]],
    })
  })
})

describe('the disclosure header', () => {
  test('is one line of ASCII that means the same', () => {
    const line = disclosureLine(answer)
    expect(line).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(line).guarantee).toBe(answer.disclosure.guarantee)
  })

  test('leaves the positions out when they do not fit, and stays within 8 KiB', () => {
    const suppressed = Array.from({ length: 5000 }, (_, row) => [row, 0] as const)
    const line = disclosureLine({ ...answer, suppressed })
    expect(line.length).toBeLessThanOrEqual(8192)
    expect(JSON.parse(line)).toEqual(answer.disclosure)
  })
})

describe('the format of an answer', () => {
  const app = express()
  app.get('/', (asked, response) => {
    try {
      response.json(formatOf(asked))
    } catch (error) {
      response.status(406).json(String(error))
    }
  })

  test.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['text/csv', 'csv'],
    ['application/vnd.apache.arrow.stream', 'arrow'],
    ['application/vnd.apache.parquet', 'parquet'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
    ['text/csv;q=0.5, application/vnd.apache.parquet', 'parquet'],
    ['application/json; charset=utf-8', 'json'],
    ['text/csv; charset=UTF-8', 'csv'],
    ['text/csv;header=present;q=0.8, application/json;q=0.2', 'csv'],
  ])('Accept %s is %s', async (accept, format) => {
    const asked = request(app).get('/')
    expect((await (accept === undefined ? asked : asked.set('accept', accept))).body).toBe(format)
  })

  test('one that we do not write is refused', async () => {
    expect((await request(app).get('/').set('accept', 'image/png')).status).toBe(406)
    expect((await request(app).get('/').set('accept', 'text/csv; charset=latin1')).status).toBe(406)
  })
})

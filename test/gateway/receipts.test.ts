/** What a person can prove afterwards, with the receipt of an answer and nothing of ours. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { noteKey, verifierKey } from '../../services/audit/note.ts'
import { checkProof } from '../../services/audit/verify/proof.ts'
import { newPem } from '../audit/open-log.ts'
import { openTestNode, type TestNode } from '../node.ts'

const year = String(new Date().getUTCFullYear())
let node: TestNode

beforeAll(async () => {
  const vkey = verifierKey(noteKey('absent.example/w', newPem()), 'witness')
  const witnesses = [{ name: 'absent', url: 'http://127.0.0.1:1', vkey }]
  node = await openTestNode({ witnesses: { witnesses, quorum: 1 } })
}, 60_000)
afterAll(() => node?.close())

/** The receipt of a call that is refused to alice. */
async function receiptOfAlice(): Promise<{ log: string; seq: number; leaf: string }> {
  const { status, json } = await node.call('GET', '/api/v1/audit/entries', { as: 'alice' })
  expect(status).toBe(403)
  return json.receipt
}

describe('a receipt', () => {
  test('is proven to its owner and to the DPO, offline, and to nobody else', async () => {
    const receipt = await receiptOfAlice()
    const path = `/api/v1/audit/receipts/${receipt.seq}`
    const vkey = await readFile(join(node.home, 'audit', year, 'log.vkey'), 'utf8')
    for (const as of ['alice', 'nadia']) {
      const { status, json: proof } = await node.call('GET', path, { as })
      expect(status).toBe(200)
      expect(Buffer.byteLength(proof)).toBeLessThanOrEqual(2048)
      expect(checkProof(proof, { vkey }, { receipt })).toMatchObject({ status: 'intact', index: receipt.seq })
      const other = { ...receipt, seq: receipt.seq + 1 }
      expect(checkProof(proof, { vkey }, { receipt: other })).toMatchObject({ status: 'tampered' })
    }
    for (const as of ['bruno', 'rouen', 'karim']) {
      const [others, nobodys] = await Promise.all(
        [path, '/api/v1/audit/receipts/999999'].map((one) => node.call('GET', one, { as })),
      )
      expect(others).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } })
      expect({ ...others?.json, receipt: 0 }).toEqual({ ...nobodys?.json, receipt: 0 })
    }
    expect(await node.call('GET', `${path}?shard=1999`, { as: 'nadia' })).toMatchObject({ status: 404 })
    const { json } = await node.call('GET', '/api/v1/audit/entries?type=audit.read', { as: 'nadia' })
    expect(json.entries.map(({ actor }: { actor: string }) => actor)).toEqual(['nadia', 'alice'])
  })
})

describe('a node whose witness is away', () => {
  test('is ready, and says how it stands', async () => {
    const { status, json } = await node.call('GET', '/readyz')
    expect(status).toBe(200)
    const witnesses = { quorum: 1, cosignedAt: null, isStale: false, witnesses: [{ name: 'absent' }] }
    expect(json.witnesses).toMatchObject(witnesses)
    const { json: figures } = await node.call('GET', '/metrics')
    expect(figures).toMatch(/^huisclos_witnesses_cosigning 0$/m)
    expect(figures).toMatch(/^huisclos_witness_quorum 1$/m)
  })
})

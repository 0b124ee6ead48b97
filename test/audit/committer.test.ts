import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Committer } from '../../services/audit/committer.ts'
import { openSegment } from '../../services/audit/journal.ts'

test('a caller who comes after a failure is refused, and is not left waiting', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-committer-'))
  const failures: string[] = []
  const open = (name: string) => openSegment(join(folder, name))
  const needs = {
    before: async () => {},
    renew: () => open('next.wal'),
    onFailed: (reason: string) => void failures.push(reason),
  }
  const committer = new Committer(needs, await open('first.wal'))
  const order: string[] = []
  await committer.push(Buffer.from('before'), () => order.push('before'))
  committer.fail('disk')
  await expect(committer.push(Buffer.from('after'), () => order.push('after'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  })
  expect({ order, failures }).toEqual({ order: ['before'], failures: ['disk'] })
  await committer.close()
  await rm(folder, { recursive: true, force: true })
}, 10_000)

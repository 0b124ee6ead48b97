import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Command } from 'commander'
import { addOptOutCommands } from '../../services/cli/opt-outs.ts'
import { commitmentTo } from '../../services/dataset/opt-out-commitment.ts'

test.each([
  ['a social security number', '255081416802538'],
  ['its plain hash', 'f'.repeat(64)],
])('a list with %s in it does not leave the machine', async (_, value) => {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-opt-out-'))
  const list = join(folder, 'list.txt')
  await writeFile(list, `h1k01_${'0'.repeat(32)}\n${value}\n`)
  const opened: unknown[] = []
  const open = async (options: unknown) => {
    opened.push(options)
    throw new Error('a node was asked')
  }
  const out = {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    signal: new AbortController().signal,
  }
  const command = new Command()
  addOptOutCommands(command, { open, out })
  const sent = command.parseAsync(['add', list, '--dataset', 'd'], { from: 'user' })
  await expect(sent).rejects.toThrow(/list\.txt, ligne\/line 2: pas un pseudonyme/)
  await expect(sent).rejects.not.toThrow(value)
  expect(opened).toEqual([])
  await rm(folder, { recursive: true, force: true })
})

describe('a receipt', () => {
  const pseudonym = (index: number) => `h1k01_${index.toString(16).padStart(32, '0')}`
  const nonce = 'a'.repeat(32)
  let folder = ''
  const at = (name: string) => join(folder, name)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'huisclos-receipt-'))
    await writeFile(at('list.txt'), `${pseudonym(1)}\n${pseudonym(2)}\n`)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const filed = {
    ...{
      persons: '< 11',
      effectiveAt: '2026-11-21T12:00:00.000Z',
      openProjectsBy: '2026-12-21T12:00:00.000Z',
    },
    ...{ nonce, sha256: commitmentTo(nonce, [pseudonym(1), pseudonym(2)]) },
    receipt: { log: 'n/audit/2026', seq: 41, leaf: '0'.repeat(64) },
  }

  /** Runs one command against a node that answers this: what it wrote, and what the node was asked. */
  async function run(args: readonly string[], answer: unknown = {}) {
    const asked: string[] = []
    const node = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
    }).listen(0, '127.0.0.1')
    await once(node, 'listening')
    const { port } = node.address() as AddressInfo
    const client = { url: `http://127.0.0.1:${port}`, token: 't', language: 'fr' } as const
    const out = { stdout: new PassThrough(), stderr: new PassThrough(), signal: new AbortController().signal }
    const command = new Command()
    addOptOutCommands(command, { open: async () => client, out })
    try {
      await command.parseAsync([...args], { from: 'user' })
    } finally {
      node.closeAllConnections()
      node.close()
    }
    return { asked, written: String(out.stdout.read() ?? '') }
  }

  const list = { domain: 'd', version: 2, receipts: [] }
  const add = (receipt: string) => ['add', at('list.txt'), '--dataset', 'd', '--receipt', at(receipt)]

  test('is kept without pseudonyms, and never in the place of another file', async () => {
    const { asked, written } = await run(add('r.json'), { ...list, filed })
    expect(asked).toEqual(['POST /api/v1/datasets/d/opt-outs'])
    expect(written).toContain('reçu / receipt n/audit/2026 41  < 11')
    const text = await readFile(at('r.json'), 'utf8')
    expect(JSON.parse(text)).toEqual({ domain: 'd', version: 2, part: 0, filed })
    expect(text).not.toContain('h1k')
    const again = run(add('r.json'), { ...list, filed })
    await expect(again).rejects.toThrow(/r\.json: existe déjà/)
  })

  test('is of the list that was filed, in any order, and of no other', async () => {
    await writeFile(at('turned.txt'), `${pseudonym(2)}\n${pseudonym(1)}\n`)
    const { asked, written } = await run(['verify', at('r.json'), at('turned.txt')])
    expect([asked, written]).toEqual([[], `${filed.sha256}  n/audit/2026 41\n`])
    await writeFile(at('other.txt'), `${pseudonym(2)}\n${pseudonym(3)}\n`)
    const other = run(['verify', at('r.json'), at('other.txt')])
    await expect(other).rejects.toThrow(/pas la liste de ce reçu/)
    await expect(run(['verify', at('list.txt'), at('other.txt')])).rejects.toThrow(/pas un reçu/)
  })

  test('is followed by the effect on a project, as the node tells it', async () => {
    const change = {
      at: '2026-12-21T12:00:00.000Z',
      generation: 1,
      version: 2,
      removed: '< 11',
      because: 'delay',
    }
    const domains = [
      { domain: 'd', version: 2, state: 'waiting', by: '2027-01-01T00:00:00.000Z', changes: [change] },
    ]
    const { asked, written } = await run(['effect', '--project', 'P-1'], {
      ...{ project: 'P-1', mode: 'strict' },
      domains,
    })
    expect(asked).toEqual(['GET /api/v1/projects/P-1/opt-outs'])
    expect(written.split('\n')).toEqual([
      'P-1 strict',
      'd version 2  waiting ≤ 2027-01-01T00:00:00.000Z',
      '  2026-12-21T12:00:00.000Z  génération/generation 1  version 2  < 11  delay',
      '',
    ])
  })
})

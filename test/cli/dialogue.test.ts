/** The whole dialogue of a depositor over HTTP and on the command line, on one node. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Command } from 'commander'
import { type DepositOptions, deposit } from '../../services/cli/deposit.ts'
import { addHolderCommands } from '../../services/cli/holder.ts'
import { createKeyFile, openKeys } from '../../services/habilitation/keys.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { acts, people, small } from '../dataset/small.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
let folder: string
beforeAll(async () => {
  node = await openTestNode()
  folder = await mkdtemp(join(tmpdir(), 'huisclos-dialogue-'))
  await writeFile(join(folder, 'small.json'), JSON.stringify(small('small')))
  await writeFile(join(folder, 'people.csv'), people)
  await writeFile(join(folder, 'bad.csv'), `${people}3;=c;1;31/02/2024\n4;d;2;30/02/2024\n`)
  await writeFile(join(folder, 'acts.csv'), acts)
}, 60_000)
afterAll(async () => {
  await node.close()
  await rm(folder, { recursive: true, force: true })
})

/** What `huisclos deposit` prints and how it ends. */
async function deposited(tables: Readonly<Record<string, string>>, options: Partial<DepositOptions> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  stderr.resume()
  const token = await mintDemoToken({ home: node.home, subject: 'rouen', clock: systemClock })
  const files = Object.entries(tables).map(([table, file]) => `${table}=${join(folder, file)}`)
  const out = { stdout, stderr, signal: new AbortController().signal }
  const all = { dataset: 'small', descriptor: join(folder, 'small.json'), ...options }
  const client = async () => ({ url: node.url, token, language: 'en' }) as const
  const ended = await deposit(client, files, { options: all, out, isTerminal: false, language: 'en' }).then(
    () => 0,
    (error: { exit: number }) => error.exit,
  )
  stdout.end()
  return { status: ended, told: await text(stdout) }
}

const both = { people: 'people.csv', acts: 'acts.csv' }

describe('huisclos deposit', () => {
  test('--dry-run says how each file is understood', async () => {
    const { status, told } = await deposited(both, { dryRun: true })
    expect(status).toBe(0)
    expect(told).toMatch(/^people: csv · utf-8 · .*; · .*, · dates dmy/)
    expect(told).toMatch(/^born +date +date +0 % +0/m)
  })

  test('--preview sends, says the same, and submits nothing; --deposit goes on', async () => {
    const { status, told } = await deposited({ people: 'people.csv' }, { preview: true })
    expect(status).toBe(0)
    const [, id = ''] = /^open --deposit (\S+)$/m.exec(told) ?? []
    expect(told).toMatch(/^people: csv/)
    const read = await node.call('GET', `/api/v1/deposits/${id}`, { as: 'rouen' })
    expect(read.json).toMatchObject({ status: 'open', tables: [{ table: 'people' }] })
    expect(await deposited({ acts: 'acts.csv' }, { deposit: id })).toMatchObject({ status: 0 })
  })

  test('--findings writes them for a spreadsheet, as the node does in the language that is asked', async () => {
    const file = join(folder, 'findings.csv')
    const { status } = await deposited({ ...both, people: 'bad.csv' }, { findings: file })
    expect(status).toBe(2)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\r\n')
    expect(lines[0]).toBe('\uFEFFseverity;rule;table;column;line;count;message;lines')
    expect(lines).toContainEqual(
      'error;type;people;born;4;2;people, column born, line 4: 2 value(s) are not of type date.;5',
    )
    expect(lines.join('\n')).not.toContain('31/02/2024')
  })

  test('--sign signs what this machine read; the node keeps the keys of a demo', async () => {
    const keys = join(node.home, 'keys', 'habilitation')
    // As the node itself makes it when somebody first needs it.
    await openKeys({ folder: keys, issuer: 'test', registered: new Map(), keepsHolderKeys: true }).then(
      ({ holderKey }) => holderKey('chu-rouen'),
    )
    const sign = join(keys, 'holders', 'chu-rouen.pem')
    expect(await deposited(both, { sign, optOutsApplied: 0 })).toMatchObject({ status: 0 })
    expect(await deposited({ ...both, people: 'bad.csv' }, { sign })).toMatchObject({ status: 2 })
    await createKeyFile(join(folder, 'other.pem'))
    const { status, told } = await deposited(both, { sign: join(folder, 'other.pem') })
    expect([status, told]).toEqual([2, expect.stringContaining('manifest.signature')])
    await chmod(join(folder, 'other.pem'), 0o644)
    expect(await deposited(both, { sign: join(folder, 'other.pem') })).toEqual({ status: 1, told: '' })
  })
})

describe('the findings of a deposit', () => {
  test('are files over HTTP, in the language of the reader', async () => {
    const opened = await node.call('POST', '/api/v1/datasets/small/deposits', { as: 'rouen' })
    const at = `/api/v1/deposits/${opened.json.id}`
    await node.call('POST', `${at}/submit`, { as: 'rouen' })
    while ((await node.call('GET', at, { as: 'rouen' })).json.status === 'checking');
    const csv = await node.call('GET', `${at}/findings.csv?lang=en`, { as: 'rouen' })
    expect(csv.json).toContain('error;table.absent;people;;;1;The table people is missing')
    const headers = { 'accept-language': 'fr' }
    const { json } = await node.call('GET', `${at}/findings.json`, { as: 'rouen', headers })
    expect(json).toMatchObject({ status: 'refused', deposit: opened.json.id })
    expect(json.findings.at(-1).message).toMatch(/^La table acts manque/)
    expect(await node.call('GET', `${at}/findings.csv`, { as: 'havre' })).toMatchObject({ status: 404 })
  })
})

test('huisclos datasets contract, recall and certificate speak for whom --as names', async () => {
  const stdout = new PassThrough()
  const out = { stdout, stderr: new PassThrough(), signal: new AbortController().signal }
  const asked: (string | undefined)[] = []
  const open = async ({ as = '' }: { readonly as?: string }) => {
    asked.push(as)
    const token = await mintDemoToken({ home: node.home, subject: as, clock: systemClock })
    return { url: node.url, token, language: 'en' } as const
  }
  const contract = join(folder, 'contract.json')
  const terms = { frequency: 'monthly', categories: ['plain'], contact: { name: 'DIM' } }
  await writeFile(contract, JSON.stringify({ ...terms, optOutFile: 'none', manifest: 'optional' }))
  const said = async (...words: readonly string[]) => {
    const program = new Command('huisclos').exitOverride()
    addHolderCommands(program.command('datasets [nom]').option('--as <sujet>'), { open, out })
    await program.parseAsync(['datasets', ...words, '--as', 'rouen'], { from: 'user' })
    return String(stdout.read())
  }
  expect(await said('contract', 'small', '--set', contract)).toContain('"frequency": "monthly"')
  expect(await said('contract', 'small')).toContain('"optOutFile": "none"')
  const recalled = await said('recall', 'small', '1', '--reason', 'A wrong extraction.')
  expect(JSON.parse(recalled)).toMatchObject({ dataset: 'small', version: 1, cause: 'recall' })
  expect(await said('certificate', 'small', '1')).toBe(recalled)
  expect(new Set(asked)).toEqual(new Set(['rouen']))
})

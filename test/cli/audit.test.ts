/** `huisclos audit …` on the files of a log, as somebody without a node runs it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { check, compare, prove, verify } from '../../services/cli/audit.ts'
import { act, fillLog, openHome, reading, type TestHome } from '../audit/open-log.ts'

let home: TestHome
let dir = ''
let receipt = { log: '', seq: 0, leaf: '' }
const file = (name: string) => join(home.home, name)

/** What a command says on both streams, and its status. */
async function run(
  command: (where: Parameters<typeof verify>[0]) => Promise<number>,
  isTerminal = false,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const to = (name: keyof typeof said) =>
    new Writable({
      write(chunk, _, done) {
        said[name] += String(chunk)
        done()
      },
    })
  const out = { stdout: to('stdout'), stderr: to('stderr'), signal: new AbortController().signal }
  try {
    const status = await command({ dir, out, isTerminal })
    return { status, ...said }
  } catch (error) {
    const { exit = -1, message = '' }: { exit?: number; message?: string } = Object(error)
    return { status: exit, stdout: said.stdout, stderr: message }
  }
}

beforeAll(async () => {
  home = await openHome()
  dir = join(home.home, 'audit')
  const audit = await home.open()
  await fillLog(audit, 10)
  await audit.checkpoint()
  await writeFile(file('old'), await readFile(join(dir, '2026/checkpoint')))
  const route = `GET /${'x'.repeat(290)}`
  const about = { ...act('alice', 'P'.repeat(300)), holders: ['h'.repeat(300), 'i'.repeat(300)] }
  receipt = await audit.append({ ...reading, route }, about)
  await audit.close()
})
afterAll(() => home.remove())

describe('a receipt', () => {
  const proof = () => file('one.tlog-proof')

  test('of a long entry is proven in 2 KiB, by its hash; the entry goes beside', async () => {
    const { seq } = receipt
    expect((await run((where) => prove(where, { seq, output: proof(), leaf: file('leaf') }))).status).toBe(0)
    expect((await readFile(proof())).length).toBeLessThanOrEqual(2048)
    const alone = await run((where) => check(where, proof(), {}))
    expect(alone).toMatchObject({ status: 0, stdout: expect.not.stringContaining('access.read') })
    const whole = await run((where) => check(where, proof(), { leaf: file('leaf') }))
    expect(whole).toMatchObject({ status: 0, stdout: expect.stringContaining('access.read') })
    await writeFile(file('leaf'), `${await readFile(file('leaf'), 'utf8')} `)
    expect((await run((where) => check(where, proof(), { leaf: file('leaf') }))).status).toBe(1)
  })

  test('is read from a kept answer or from the line of its header', async () => {
    const { log, seq, leaf } = receipt
    const status = async (text: string) => {
      await writeFile(file('answer'), text)
      return (await run((where) => check(where, proof(), { receipt: file('answer') }))).status
    }
    expect(await status(JSON.stringify({ rows: [], receipt }))).toBe(0)
    expect(await status(`Huisclos-Receipt: ${log} ${seq} ${leaf}\r\n`)).toBe(0)
    expect(await status(`${log} ${seq - 1} ${leaf}`)).toBe(1)
    expect(await status(JSON.stringify({ receipt: { ...receipt, leaf: leaf.replace(/^./, 'g') } }))).toBe(1)
    expect(await status('{}')).toBe(3)
  })

  test('is checked with the key that is given, and not with that of this home', async () => {
    const key = (await readFile(join(dir, '2026/log.vkey'), 'utf8')).trimEnd()
    expect((await run((where) => check(where, proof(), { key }))).status).toBe(0)
    const other = key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await run((where) => check(where, proof(), { key: other }))).status).toBe(3)
    await writeFile(file('policy'), 'quorum none\n')
    expect((await run((where) => check(where, proof(), { policy: file('policy') }))).status).toBe(0)
    expect((await run((where) => check({ ...where, dir: '/nowhere' }, proof(), {}))).status).toBe(3)
  })
})

describe('two heads', () => {
  const compared = (from: string, to: string) => run((where) => compare(where, { from, to }))

  test('of one log are told to be so, in either order', async () => {
    const now = join(dir, '2026/checkpoint')
    expect(await compared(file('old'), now)).toMatchObject({ status: 0 })
    expect(await compared(now, file('old'))).toMatchObject({ status: 0 })
  })

  test('of which one is not signed, or is of another log, are not', async () => {
    const other = await openHome()
    const audit = await other.open()
    await audit.close()
    const strange = join(other.home, 'audit/2026/checkpoint')
    expect((await compared(file('old'), strange)).status).toBe(1)
    await other.remove()
    await writeFile(file('wrong'), (await readFile(file('old'), 'utf8')).replace(/^(\d+)$/m, '1'))
    expect((await compared(file('wrong'), join(dir, '2026/checkpoint'))).status).toBe(1)
    expect((await compared(file('absent'), join(dir, '2026/checkpoint'))).status).toBe(3)
  })
})

describe('verification', () => {
  test('gives a verdict of one line, or a document with the class and the entry', async () => {
    const plain = await run((where) => verify(where, { save: file('state') }))
    expect(plain).toMatchObject({ status: 0, stdout: expect.stringMatching(/^intact: \d+ entries\nracine/) })
    expect(plain.stderr).toMatch(/^note: no witness/)
    const path = join(dir, '2026/heads.json')
    const whole = await readFile(path)
    await writeFile(path, whole.subarray(1))
    const { status, stdout } = await run((where) => verify(where, { json: true, since: file('state') }))
    await writeFile(path, whole)
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'tampered', class: 'heads' })
  })

  test('draws no bar where there is no terminal, and takes no policy that is none', async () => {
    expect((await run((where) => verify(where, {}), false)).stderr).not.toContain('\r')
    await writeFile(file('policy'), 'quorum somebody\n')
    expect(await run((where) => verify(where, { policy: file('policy') }))).toMatchObject({ status: 3 })
    expect((await run((where) => verify(where, { policy: file('absent') }))).status).toBe(3)
  })
})

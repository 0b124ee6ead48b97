import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import iconv from 'iconv-lite'
import { type PseudonymiseOptions, pseudonymise } from '../../services/cli/pseudonymise.ts'
import { readHouse } from '../architecture.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-first-'))
  await run([], { newKey: at('one.key') })
})
afterAll(() => rm(home, { recursive: true, force: true }))

const at = (name: string) => join(home, name)

async function run(tables: string[], options: Partial<PseudonymiseOptions>): Promise<string> {
  const stderr = new PassThrough()
  const out = { stdout: new PassThrough(), stderr, signal: new AbortController().signal }
  await pseudonymise(tables, { column: [], ...options }, { out, isTerminal: false })
  return String(stderr.read() ?? '')
}

const usual = { domain: 'patients-normandie', column: ['patients.nir'] }

/** Pseudonymises one table of these bytes and answers what was written. */
async function written(
  body: string | Uint8Array,
  options: Partial<PseudonymiseOptions> = {},
  name = 'source.csv',
): Promise<string> {
  await writeFile(at(name), body)
  const all = { ...usual, key: at('one.key'), output: at('out'), ...options }
  await run([`patients=${at(name)}`], all)
  return readFile(join(all.output, `patients.${name.includes('csv') ? 'csv' : 'ndjson'}`), 'utf8')
}

const form = /h1k01_[0-9a-f]{32}/g

describe('the key of a holder', () => {
  test('is 256 bits in a file that nobody else may read, and is never overwritten', async () => {
    expect((await stat(at('one.key'))).mode & 0o777).toBe(0o600)
    const before = await readFile(at('one.key'), 'utf8')
    expect(before).toMatch(/^huisclos-first-key h1 1 [0-9a-f]{64}\n$/)
    await expect(run([], { newKey: at('one.key') })).rejects.toThrow(/existe déjà/)
    expect(await readFile(at('one.key'), 'utf8')).toBe(before)
  })

  test('is refused when others may read it, or when it is no key', async () => {
    await writeFile(at('open.key'), await readFile(at('one.key')))
    await chmod(at('open.key'), 0o640)
    await expect(written('nir\n1\n', { key: at('open.key') })).rejects.toThrow(/lisible par d’autres/)
    await writeFile(at('no.key'), 'secret', { mode: 0o600 })
    await expect(written('nir\n1\n', { key: at('no.key') })).rejects.toThrow(/n’est pas une clé/)
  })

  test('is read by the command line alone, and is in nothing that is written', async () => {
    const readers = readHouse('services').filter(({ text }) => /first-key\.ts'/.test(text))
    expect(readers.map(({ path }) => path)).toEqual(['cli/pseudonymise.ts'])
    const offline = readHouse('services').find(({ path }) => path === 'cli/pseudonymise.ts')?.text
    expect(offline).not.toMatch(/client\.ts|upload\.ts|fetch\(|node:https?|HUISCLOS_/)
    const secret = (await readFile(at('one.key'), 'utf8')).split(' ')[3]?.trim() ?? ''
    const said = await written('nir;x\n1;a\n')
    for (const coding of ['hex', 'base64', 'latin1'] as const) {
      expect(said).not.toContain(Buffer.from(secret, 'hex').toString(coding))
    }
  })
})

describe('a CSV file', () => {
  test('keeps everything but the named column, whatever its dialect', async () => {
    const csv = 'nom;nir;poids\r\n"a;""b""\nc";12;70,5\r\nd;"13";\r\ne;12;1\r\n'
    const text = await written(csv)
    const [one, two, again] = text.match(form) ?? []
    expect(text).toBe(`nom;nir;poids\n"a;""b""\nc";${one};70,5\nd;${two};\ne;${again};1\n`)
    expect(one).toBe(again)
    expect(one).not.toBe(two)
    const tabs = await written(csv.replaceAll(';', '\t').replace('a\t', 'a;'))
    expect(tabs.match(form)).toEqual([one, two, again])
  })

  test('names the same person alike in every charset, compressed or not', async () => {
    const csv = 'nir,ville\né1,Évreux\n'
    const plain = await written(csv)
    expect(await written(iconv.encode(csv, 'windows-1252'))).toBe(plain)
    expect(await written(iconv.encode(csv, 'utf-16'))).toBe(plain)
    expect(await written(gzipSync(`\uFEFF${csv}`), {}, 'source.csv.gz')).toBe(plain)
  })

  test('is read in pieces: a long one has all its rows', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i};"l ""${i}"""`)
    const lines = (await written(`nir;label\n${rows.join('\n')}`)).trimEnd().split('\n')
    expect(lines).toHaveLength(60_001)
    expect(lines[59_999]).toMatch(/^h1k01_[0-9a-f]{32};"l ""59998"""$/)
    expect(new Set(lines.map((line) => line.slice(0, 38))).size).toBe(60_001)
  })

  test.each([
    ['an empty identifier', 'nir;x\n1;a\n;b\n', 'patients.nir, ligne/line 3: identifiant vide / empty'],
    ['blanks only', 'nir;x\n   ;a\n', 'ligne/line 2: identifiant vide'],
    ['blanks around', 'nir;x\n 1;a\n', 'ligne/line 2: espaces autour'],
    ['a pseudonym', `nir;x\nh1k01_${'0'.repeat(32)};a\n`, 'ligne/line 2: déjà un pseudonyme'],
    ['a ragged record', 'nir;x\n1;a\n2\n', 'ligne/line 3: nombre de champs'],
    ['an absent column', 'num;x\n1;a\n', 'patients.nir: colonne absente'],
    ['a repeated column', 'nir;nir\n1;1\n', 'patients.nir: colonne répétée'],
  ])('with %s is refused with its line, and nothing is written', async (_, csv, said) => {
    const output = await mkdtemp(at('refused-'))
    await expect(written(csv, { output })).rejects.toThrow(said)
    expect(await readdir(output)).toEqual([])
  })
})

describe('an NDJSON file', () => {
  test('keeps the text of everything but the named member', async () => {
    const source = '{"n":{"nir":"x"}, "nir" : "12","big":12345678901234567890.10}\n{"nir":13,"l":["nir"]}\n'
    const text = await written(source, {}, 'source.ndjson')
    const [one, two] = text.match(form) ?? []
    expect(text).toBe(
      `{"n":{"nir":"x"}, "nir" : "${one}","big":12345678901234567890.10}\n{"nir":"${two}","l":["nir"]}\n`,
    )
    expect((await written('nir\n12\n')).match(form)).toEqual([one])
  })

  test.each([
    ['{"x":1}', 'identifiant vide'],
    ['{"nir":null}', 'identifiant vide'],
    ['{"nir":1.5}', 'ligne/line 1: pas un objet JSON'],
    ['[1]', 'pas un objet JSON'],
    ['{"nir":1,"nir":2}', 'colonne répétée'],
  ])('with %s is refused', async (line, said) => {
    await expect(written(`${line}\n`, {}, 'source.ndjson')).rejects.toThrow(said)
  })
})

describe('pseudonyms of the first level', () => {
  test('differ by domain and by key, have one length, and tell function and version', async () => {
    await run([], { newKey: at('other.key') })
    const csv = `nir\n1\n${'9'.repeat(500)}\n`
    const all = [
      ...(await written(csv)).trim().split('\n').slice(1),
      ...(await written(csv, { domain: 'elsewhere' })).trim().split('\n').slice(1),
      ...(await written(csv, { key: at('other.key') })).trim().split('\n').slice(1),
    ]
    expect(new Set(all).size).toBe(6)
    for (const one of all) expect(one).toMatch(/^h1k01_[0-9a-f]{32}$/)
  })

  test('of a social security number are the same with and without blanks and key, which is checked', async () => {
    const nir = '2 55 08 14 168 025 38'
    const text = await written(`nir\n${nir}\n2550814168025\n255081416802538\n`, {
      nir: true,
    })
    expect(new Set(text.match(form)).size).toBe(1)
    await expect(written('nir\n255081416802539\n', { nir: true })).rejects.toThrow(/line 2: pas un NIR/)
    await expect(written('nir\nP001\n', { nir: true })).rejects.toThrow(/line 2: pas un NIR/)
  })

  test('leave out the persons of the list, named by identifier or by pseudonym', async () => {
    const csv = 'nir;x\n1;a\n2;b\n3;c\n2;d\n'
    const third = (await written(csv)).match(form)?.[2]
    await writeFile(at('optouts.txt'), `2\n${third}\n`)
    const text = await written(csv, { optOuts: at('optouts.txt') })
    expect(text.replaceAll(form, '*')).toBe('nir;x\n*;a\n')
    await writeFile(at('optouts.txt'), `2\nh1k02_${'0'.repeat(32)}\n`)
    await expect(written(csv, { optOuts: at('optouts.txt') })).rejects.toThrow(/--opt-outs, ligne\/line 2/)
  })
})

test('--verify tells a file that is not what source and key give', async () => {
  await written('nir;x\n1;a\n')
  await expect(written('nir;x\n1;a\n', { verify: true })).resolves.toBeDefined()
  const file = at('out/patients.csv')
  await writeFile(file, (await readFile(file, 'utf8')).replace(';a', ';b'))
  await expect(written('nir;x\n1;a\n', { verify: true })).rejects.toMatchObject({ exit: 5 })
})

describe('the renewal of a key', () => {
  test('names everybody anew from the source, and never from what the former key named', async () => {
    const csv = 'nir;x\n1;a\n2;b\n'
    const before = await written(csv)
    const rekey = [at('one.key'), at('two.key')]
    const options = { rekey, output: at('renewed') }
    await writeFile(at('source.csv'), csv)
    await run([`patients=${at('source.csv')}`], { ...usual, ...options })
    const after = await readFile(at('renewed/patients.csv'), 'utf8')
    expect(after).toMatch(/^nir;x\nh1k02_[0-9a-f]{32};a\nh1k02_[0-9a-f]{32};b\n$/)
    expect(await readdir(at('renewed'))).toEqual(['patients.csv'])
    for (const one of before.match(form) ?? []) expect(after).not.toContain(one.slice(6))
    await writeFile(at('former.csv'), before)
    const again = run([`patients=${at('former.csv')}`], { ...usual, ...options })
    await expect(again).rejects.toThrow(/il faut la source/)
  })

  test('wants a later key with another secret', async () => {
    const text = await readFile(at('one.key'), 'utf8')
    await writeFile(at('copy.key'), text.replace('h1 1 ', 'h1 3 '), { mode: 0o600 })
    await writeFile(at('source.csv'), 'nir\n1\n')
    const from = (...rekey: string[]) =>
      run([`patients=${at('source.csv')}`], { ...usual, rekey, output: at('renewed') })
    await expect(from(at('one.key'), at('copy.key'))).rejects.toThrow(/la même/)
    await expect(from(at('one.key'), at('one.key'))).rejects.toThrow(/plus haute/)
  })
})

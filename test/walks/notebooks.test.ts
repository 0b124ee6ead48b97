/**
 * Every statement printed in notebooks/ and in the README is answered as it is printed: those of pages by the demo project,
 * those of Jupyter notebooks by the project that `npm run notebooks` makes. What comes out is what the generator put in.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Command, CommanderError } from 'commander'
import { beds, prepareBeds } from '../../infra/beds-project.ts'
import { openClient, type Setting } from '../../services/cli/client.ts'
import { deposit } from '../../services/cli/deposit.ts'
import { addGenerate, generateData } from '../../services/cli/generate.ts'
import { generate } from '../../services/dataset/synthetic/generate.ts'
import { type Answer, type System, startSystem } from '../contract/system.ts'

const root = new URL('../../', import.meta.url).pathname
const studies = readdirSync(`${root}notebooks`)
  .filter((file) => /^\d.*\.md$/.test(file))
  .map((file) => `notebooks/${file}`)
const statements = ['README.md', ...studies].flatMap((page) =>
  [...readFileSync(root + page, 'utf8').matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => [
    page,
    match[1] ?? '',
  ]),
)

interface Cell {
  readonly cell_type: string
  readonly source: readonly string[]
  readonly outputs?: readonly unknown[]
  readonly execution_count?: number | null
}

const carnets = readdirSync(`${root}notebooks`)
  .filter((file) => file.endsWith('.ipynb'))
  .map((file) => {
    const text = readFileSync(`${root}notebooks/${file}`, 'utf8')
    return { file, text, cells: JSON.parse(text).cells as readonly Cell[] }
  })

/** The statements that a notebook hands to `interroger` (answered) or `demander` (here: refused). */
const asked = (call: 'interroger' | 'demander') =>
  carnets.flatMap(({ cells }) =>
    cells
      .filter(({ cell_type }) => cell_type === 'code')
      .flatMap(({ source }) => [
        ...source.join('').matchAll(new RegExp(`\\b${call}\\("""([\\s\\S]*?)"""\\)`, 'g')),
      ])
      .map((match) => match[1] ?? ''),
  )

const settingOf = ({ home, url }: System): Setting => ({
  home,
  url,
  language: 'fr',
  token: undefined,
  isTerminal: false,
})

let system: System
let scratch = ''
const out = { stdout: new PassThrough(), stderr: new PassThrough(), signal: new AbortController().signal }

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'huisclos-notebooks-'))
  system = await startSystem({ demo: 'full' })
}, 120_000)

afterAll(async () => {
  await system.remove()
  await rm(scratch, { recursive: true, force: true })
})

describe('on the demo project', () => {
  let project = ''

  beforeAll(async () => {
    const mine = await system.call('GET', '/api/v1/projects', { as: 'alice' })
    project = mine.json.projects[0].id
  })

  test('there are statements in the README and in every study', () => {
    const pages = new Set(statements.map(([page]) => page))
    expect([...pages].sort()).toEqual(['README.md', ...studies].sort())
  })

  test.each(statements)('%s: %s', async (_, sql) => {
    const answer = await system.call('POST', `/api/v1/projects/${project}/queries`, {
      as: 'alice',
      body: { sql },
    })
    expect(answer.status).toBe(200)
    expect(answer.json.rows.length).toBeGreaterThan(0)
  })
})

describe('a Jupyter notebook', () => {
  let answered: readonly Answer[]
  let refused: readonly Answer[]

  beforeAll(async () => {
    const way = { setting: settingOf(system), out }
    const project = await prepareBeds(way)
    // A second run finds what the first one made.
    expect(await prepareBeds(way)).toBe(project)
    const ask = (sql: string) =>
      system.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } })
    answered = await Promise.all(asked('interroger').map(ask))
    refused = await Promise.all(asked('demander').map(ask))
  }, 120_000)

  test.each(carnets)('$file is stored without outputs, counts and tokens', ({ text, cells }) => {
    const ran = cells.filter(({ outputs, execution_count }) => outputs?.length || execution_count)
    expect(ran).toEqual([])
    expect(text).not.toMatch(/eyJ[\w-]{20,}|Bearer [\w-]{8,}\./)
  })

  test('asks what is answered, and shows what is refused', () => {
    expect(answered.map(({ status }) => status)).toEqual([200, 200])
    expect(answered.map(({ json }) => json.disclosure.unit)).toEqual(['establishment', 'establishment'])
    expect(refused.map(({ status, json }) => [status, json.code])).toEqual([[403, 'IDENTIFIER_OUTPUT']])
  })

  test('gets the totals of the generator, day by day, and not a ward of two establishments', async () => {
    const folder = join(scratch, 'beds')
    await mkdir(folder)
    const { totals } = await generate(folder, beds)
    const [days, wards] = answered
    const rows: readonly [string, number, number][] = days?.json.rows
    expect(rows.length).toBe(1456)
    expect(Object.fromEntries(rows.map(([day, taken]) => [day, taken]))).toEqual(totals.lits_occupes_par_jour)
    expect(Object.fromEntries(rows.map(([day, , open]) => [day, open]))).toEqual(totals.lits_ouverts_par_jour)
    const found = new Map<string, unknown[]>()
    for (const [ward, , rate] of wards?.json.rows ?? []) found.set(ward, [...(found.get(ward) ?? []), rate])
    expect(totals.unites_par_discipline?.BRULES).toBe(2)
    expect(found.has('BRULES')).toBe(false)
    expect(found.get('SMR_RESPIRATOIRE')?.every((rate) => rate === null) ?? true).toBe(true)
    expect(found.get('MEDECINE')?.every((rate) => typeof rate === 'number')).toBe(true)
  })
})

describe('huisclos data generate', () => {
  /** The command in this process: what it writes, or the exit status and the words of its refusal. */
  async function generated(...args: string[]): Promise<{ stdout: string; stderr: string; error: unknown }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const data = new Command('data').exitOverride()
    addGenerate(data, { out: { ...out, stdout, stderr }, isTerminal: false })
    for (const one of data.commands)
      one.exitOverride().configureOutput({ writeErr: (text) => stderr.write(text) })
    const error = await data.parseAsync(['generate', ...args], { from: 'user' }).catch((thrown) => thrown)
    return { stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? ''), error }
  }

  // Beds are deposited above.
  test.each(['mco', 'rpu', 'omop'])(
    'makes %s that a node takes by the command that it prints',
    async (shape) => {
      const folder = join(scratch, shape)
      const { stdout } = await generated('--shape', shape, '--rows', '1000', '--dialect', 'fr', '-o', folder)
      const [, command = ''] = /npx huisclos deposit ([\s\S]*)/.exec(stdout) ?? []
      const [, as, , dataset = '', , descriptor = '', ...files] = command
        .replace('\\\n', ' ')
        .trim()
        .split(/\s+/)
      expect(as).toBe('rouen')
      const shown = new PassThrough()
      const client = () => openClient(settingOf(system), 'rouen')
      await deposit(client, files, {
        options: { dataset, descriptor },
        out: { ...out, stdout: shown },
        isTerminal: false,
        language: 'en',
      })
      expect(String(shown.read())).toMatch(/^(?!error)[\s\S]*accepted version 1\n$/)
    },
    120_000,
  )

  test('is a command of the command line', async () => {
    const help = await system.huisclos('data', 'generate', '--help')
    expect(help).toMatchObject({ status: 0, stdout: expect.stringContaining('--shape') })
  }, 120_000)

  test('writes over nothing, and says what is wrong with what was asked', async () => {
    await writeFile(join(scratch, 'mine'), 'x')
    const again = await generated('--shape', 'rpu', '--rows', '1000', '-o', scratch)
    expect(again.error).toMatchObject({ exit: 1, message: expect.stringContaining('is not an empty folder') })
    expect(await readFile(join(scratch, 'mine'), 'utf8')).toBe('x')
    const few = await generated('--shape', 'rpu', '--rows', '999', '-o', join(scratch, 'few'))
    expect([few.error, few.stderr]).toEqual([expect.any(CommanderError), expect.stringContaining('1000')])
    const unknown = await generated('--shape', 'x', '--rows', '1000', '-o', join(scratch, 'x'))
    expect(unknown.stderr).toContain('mco, rpu, omop, lits')
  })

  test('leaves nothing behind when it is stopped', async () => {
    const stop = new AbortController()
    const folder = join(scratch, 'stopped')
    await mkdir(folder)
    const running = generateData(
      { shape: 'rpu', rows: 2_000_000, seed: 42, format: 'csv', dialect: 'iso', holder: 'x', output: folder },
      { out: { ...out, signal: stop.signal }, isTerminal: false },
    )
    while ((await readdir(folder)).length < 2) await pause(20)
    stop.abort()
    await expect(running).rejects.toMatchObject({ exit: 130 })
    expect(await readdir(folder)).toEqual([])
  })
})

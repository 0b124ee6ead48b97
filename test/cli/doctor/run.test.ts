/** The doctor as a whole: it ends whatever hangs, tells one document or lines, and puts right what loses nothing. */
import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Check, fine } from '../../../services/cli/doctor/check.ts'
import { checks as allChecks } from '../../../services/cli/doctor/checks.ts'
import { database } from '../../../services/cli/doctor/database.ts'
import { modes, serverFile } from '../../../services/cli/doctor/home.ts'
import { runChecks } from '../../../services/cli/doctor/run.ts'
import { type DoctorOptions, doctor } from '../../../services/cli/doctor.ts'
import { aboutOf, openBlackHole, openPlace } from './case.ts'

let place: Awaited<ReturnType<typeof openPlace>>
beforeEach(async () => {
  place = await openPlace()
})
afterEach(() => place.close())

const never: Check = { name: 'never', look: () => new Promise(() => {}) }
const well: Check = { name: 'well', look: async () => fine('1') }
const broken: Check = { name: 'broken', look: () => Promise.reject(new Error('secret value')) }

function run(list: readonly Check[], limits = { limitMs: 30, totalMs: 100, slowMs: 1_000 }) {
  const told: string[] = []
  const onLooked = ({ name }: { name: string }) => void told.push(name)
  const done = runChecks(list, aboutOf(place, {}), { ...limits, onLooked, onSlow: () => {} })
  return { told, done }
}

async function examined(
  environment: Record<string, string>,
  options: DoctorOptions & { readonly checks?: readonly Check[] } = {},
) {
  const lines: string[] = []
  const isWell = await doctor(
    {
      ...{
        checks: options.checks ?? allChecks,
        home: place.home,
        environment: { HUISCLOS_HOME: place.home, ...environment },
        now: Date.now,
      },
      ...{
        print: (line: string) => void lines.push(line),
        limits: { limitMs: 9_000, totalMs: 18_000, slowMs: 9_000 },
      },
    },
    options,
  )
  return { isWell, lines }
}

describe('running checks', () => {
  test('ends when all of them hang, and says so of each', async () => {
    const list = Array.from({ length: 40 }, (_, at) => ({ ...never, name: `never ${at}` }))
    const looked = await run(list).done
    expect(looked).toHaveLength(40)
    for (const { finding } of looked) expect(finding).toMatchObject({ ok: false })
    expect(looked[0]?.finding).toMatchObject({
      severe: true,
      seen: { fr: expect.stringContaining('ne répond pas') },
    })
    expect(looked.at(-1)?.finding).toMatchObject({
      severe: false,
      seen: { fr: 'pas regardé : plus de temps' },
    })
  })

  test('does not take a busy machine for a broken one', async () => {
    const [looked] = await run([{ ...never, isHeavy: true }]).done
    expect(looked?.finding).toMatchObject({ ok: false, severe: false })
  })

  test('tells them in their order, whichever ends first', async () => {
    const { told, done } = run([never, well, broken, well])
    await done
    expect(told).toEqual(['never', 'well', 'broken', 'well'])
  })

  test('tells that a look failed, and nothing of its message', async () => {
    const [looked] = await run([broken]).done
    expect(looked?.finding).toMatchObject({ ok: false, severe: true })
    expect(JSON.stringify(looked)).not.toContain('secret')
  })

  test('says a word while a check takes its time', async () => {
    const slow: string[] = []
    const onSlow = (name: string) => void slow.push(name)
    const about = aboutOf(place, {})
    await runChecks([never, well], about, {
      limitMs: 90,
      totalMs: 900,
      slowMs: 20,
      onLooked: () => {},
      onSlow,
    })
    expect(slow).toEqual(['never'])
  })
})

describe('the doctor', () => {
  test('ends with a database that never answers, and names it', async () => {
    const url = `postgresql://u:secret@127.0.0.1:${await openBlackHole(place)}/x`
    const { isWell, lines } = await examined({ DATABASE_URL: url }, { checks: [database] })
    expect(isWell).toBe(false)
    expect(lines.find((line) => line.startsWith('✘ database '))).toMatch(/ne répond pas .*does not answer/)
    expect(lines.join('\n')).not.toContain('secret')
  })

  test('a crash that left the word of a database of ours is a node that does not run, not a database that hangs', async () => {
    const lines = [String(2 ** 22 - 1), '', '', '1', '', '', '', 'ready']
    await place.write('home/postgres/data/postmaster.pid', `${lines.join('\n')}\n`)
    await place.write('home/postgres/password', 'secret\n')
    const { isWell, lines: told } = await examined({}, { checks: [database] })
    expect(isWell).toBe(true)
    expect(told.join()).toMatch(/^✔ database .*arrêtée avec le nœud/)
  })

  test('gives one JSON document with every check, what was seen and the remedy, and leaves nothing in the home', async () => {
    const { lines } = await examined({ HUISCLOS_CONFIG: join(place.root, 'none.json') }, { json: true })
    expect(lines).toHaveLength(1)
    const { checks, isWell } = JSON.parse(lines[0] ?? '')
    expect(isWell).toBe(false)
    expect(checks.find(({ name }: { name: string }) => name === 'configuration')).toMatchObject({
      state: 'wrong',
      seen: { fr: expect.stringContaining('none.json'), en: expect.any(String) },
      remedy: { fr: expect.any(String), en: expect.any(String) },
      ms: expect.any(Number),
    })
    expect(await readdir(place.home)).toEqual([])
  })

  test('--fix closes an open folder and removes the word of a node that is gone, and nothing without it', async () => {
    const keys = join(place.home, 'keys')
    await mkdir(keys)
    await chmod(keys, 0o755)
    const dead = JSON.stringify({ url: 'http://127.0.0.1:1', pid: 2 ** 22 - 1 })
    const file = await place.write('home/server.json', dead)
    await examined({}, { checks: [modes, serverFile] })
    expect((await stat(keys)).mode & 0o777).toBe(0o755)
    const { lines } = await examined({}, { fix: true, checks: [modes, serverFile] })
    expect((await stat(keys)).mode & 0o777).toBe(0o700)
    await expect(stat(file)).rejects.toThrow(/ENOENT/)
    expect(lines.filter((line) => /réparé/.test(line))).toHaveLength(2)
  })
})

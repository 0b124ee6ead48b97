/** The guided tour on a real demo node, and what it says when that node does not give what it must. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { copyLog } from '../../services/audit/copy.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import type { Setting } from '../../services/cli/client.ts'
import { openStage } from '../../services/cli/demo/stage.ts'
import type { Receipt, StepName } from '../../services/cli/demo/step.ts'
import { jsonTeller, linesTeller } from '../../services/cli/demo/telling.ts'
import { playTour, steps } from '../../services/cli/demo/tour.ts'
import type { Language } from '../../services/kernel/text.ts'
import { run } from '../contract/system.ts'
import { yearNow } from '../demo-project.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { type Change, openLiar } from './liar.ts'

let node: TestNode
let folder: string
/** What the first tour said, one document per step. */
let told: Told[]

interface Told {
  readonly name: StepName
  readonly ok: boolean
  readonly commands: readonly string[]
  readonly facts: { readonly receipt?: Receipt; readonly project?: string; readonly copy?: string }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-demo-'))
  node = await openTestNode({ mode: { kind: 'demo', demo: 'full' } })
}, 120_000)
afterAll(async () => {
  await node?.close()
  await rm(folder, { recursive: true, force: true })
})

const settingOf = (home: string): Setting => ({
  ...{ home, language: 'fr', url: undefined, token: undefined, isTerminal: false },
})

/** A tour in this process, and what it wrote. */
async function tour(
  home: string,
  options: { language?: Language; json?: boolean; keepsCopy?: boolean; goOn?: () => void } = {},
) {
  const { language = 'fr', json = false, keepsCopy = false, goOn = () => {} } = options
  const written = { stdout: '', stderr: '' }
  const into = (name: keyof typeof written) =>
    new Writable({
      write(part, _, done) {
        written[name] += part
        done()
      },
    })
  const streams = { stdout: into('stdout'), stderr: into('stderr') }
  const stopping = new AbortController()
  const hasPassed = await playTour({
    ...{ setting: settingOf(home), language, signal: stopping.signal, keepsCopy },
    tell: (json ? jsonTeller : linesTeller)(streams, language),
    goOn: async () => goOn(),
  })
  return { hasPassed, ...written }
}

/** A home like that of the node, whose address is that of a node that lies. */
async function homeOf(url: string): Promise<string> {
  const home = await mkdtemp(join(folder, 'home-'))
  for (const name of ['keys', 'audit']) await symlink(join(node.home, name), join(home, name))
  await writeFile(join(home, 'server.json'), JSON.stringify({ url, pid: process.pid }))
  return home
}

describe('the demo itself', () => {
  const view = async (id: string) =>
    (await node.call('GET', `/api/v1/habilitations/${id}`, { as: 'paul' })).json

  test('has requests of paul to look at, and one project of alice', async () => {
    const [asked, draft, stopped] = await Promise.all([2, 3, 4].map((n) => view(`D-${yearNow}-000${n}`)))
    expect(asked).toMatchObject({
      ...{ state: 'under_assessment', turn: 'holder', missing: [], projectId: null },
      opinions: [{ opinion: 'conditions' }],
      comments: [{ field: 'lines[0].tables', messages: [{ role: 'dpo' }] }],
    })
    expect(draft).toMatchObject({ state: 'draft', projectId: null })
    expect(draft.missing.length).toBeGreaterThan(0)
    expect(stopped.state).toBe('suspended')
    const own = await node.call('GET', `/api/v1/projects/${stopped.projectId}`, { as: 'paul' })
    expect(own.json).toMatchObject({ status: 'suspended' })
    const { projects } = (await node.call('GET', '/api/v1/projects', { as: 'alice' })).json
    expect(projects).toMatchObject([{ habilitation: `D-${yearNow}-0001`, status: 'active' }])
  })
})

describe('the tour', () => {
  test('plays its six steps on the node of this home, as a command does', async () => {
    const { status, stdout, stderr } = await run(['services/cli.ts', 'demo', '--json'], {
      HUISCLOS_HOME: node.home,
      TMPDIR: folder,
    })
    expect((await readdir(folder)).filter((name) => name.startsWith('huisclos-'))).toEqual([])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [{ id: project }] = (await node.call('GET', '/api/v1/projects', { as: 'alice' })).json.projects
    const documents = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    told = documents.slice(0, -1)
    expect(told.map(({ name, ok }) => [name, ok])).toEqual(steps.map(({ name }) => [name, true]))
    expect(told.every(({ commands }) => commands.length > 0)).toBe(true)
    expect(documents.at(-1)).toMatchObject({ tour: 'passed', node: node.url, project })
    const closed = told.find(({ name }) => name === 'habilitation')?.facts.project
    const { projects } = (await node.call('GET', '/api/v1/projects', { as: 'alice' })).json
    expect(projects.map(({ id, status: state }: { id: string; status: string }) => [id, state])).toEqual([
      [project, 'active'],
    ])
    const own = await node.call('GET', `/api/v1/projects/${closed}`, { as: 'paul' })
    expect(own.json).toMatchObject({ status: 'closed', bulle: { status: 'closed' } })
  }, 60_000)

  test('passes again on the same node, in English, step by step, and leaves the copy that it was asked to keep', async () => {
    let waits = 0
    const { hasPassed, stdout, stderr } = await tour(node.home, {
      language: 'en',
      keepsCopy: true,
      goOn: () => {
        waits += 1
      },
    })
    expect({ hasPassed, stderr, waits }).toEqual({ hasPassed: true, stderr: '', waits: steps.length - 1 })
    for (const [at, step] of steps.entries())
      expect(stdout).toContain(`${'①②③④⑤⑥'[at]} ${step.title.en} — ${step.who.join(', ')}\n`)
    expect(stdout).toContain('< 11')
    expect(stdout).toContain('PURPOSE_NOT_GRANTED')
    expect(stdout).not.toContain('à regarder')
    const [, seq, copy = ''] =
      /✘ tampered: shard \d{4}, entry (\d+): .*\n.*✔ intact: .*\n +(\S+)\n/.exec(stdout) ?? []
    try {
      const verdict = await verifyLog({ dir: join(copy, 'audit') })
      expect(verdict).toMatchObject({ status: 'tampered', exitCode: 1, firstBadSeq: Number(seq) })
    } finally {
      await rm(copy, { recursive: true, force: true })
    }
  }, 60_000)

  test('ends when it is interrupted, and blames no step', async () => {
    const stopping = new AbortController()
    const teller = linesTeller({ stdout: new Writable(), stderr: new Writable() }, 'fr')
    const ended = playTour({
      ...{ setting: settingOf(node.home), language: 'fr', signal: stopping.signal },
      tell: { ...teller, begins: () => stopping.abort(), announces: () => {} },
      goOn: async () => {},
    })
    await expect(ended).rejects.toMatchObject({ exit: 130 })
  })
})

describe('a node that gives something else', () => {
  test('ends the tour with 1 at the step that it fails, which is named', async () => {
    const liar = await openLiar(node.url, ({ path, body }) =>
      path.endsWith('/queries') && body.suppressed?.length === 1
        ? { ...body, rows: [[5]], suppressed: [], disclosure: { ...body.disclosure, cellsWithheld: 0 } }
        : body,
    )
    try {
      const home = await homeOf(liar.url)
      const ended = await run(['services/cli.ts', 'demo', '--lang', 'fr'], { HUISCLOS_HOME: home })
      expect(ended.status).toBe(1)
      expect(ended.stderr).toBe(
        '  ✘ étape ③ withheld (Un nombre trop petit) : le petit nombre n’a pas été masqué\n',
      )
      expect(ended.stdout).not.toContain('④ ')
      const { hasPassed, stdout } = await tour(home, { json: true })
      expect(hasPassed).toBe(false)
      expect(stdout.split('\n').map((line) => (line === '' ? null : JSON.parse(line)))).toMatchObject([
        { name: 'allowed', ok: true },
        { name: 'purpose', ok: true },
        { name: 'withheld', ok: false, reason: 'le petit nombre n’a pas été masqué' },
        { tour: 'failed', step: 'withheld' },
        null,
      ])
    } finally {
      await liar.close()
    }
  }, 60_000)

  // Each lie is about one step, which is played alone.
  const lies: readonly (readonly [StepName, string, Change])[] = [
    [
      'allowed',
      'a number under the threshold',
      ({ path, body }) => (path.endsWith('/queries') ? { ...body, rows: [['76', 3]] } : body),
    ],
    [
      'purpose',
      'another reason',
      ({ body }) => (body.code === 'PURPOSE_NOT_GRANTED' ? { ...body, code: 'EXPIRED' } : body),
    ],
    [
      'purpose',
      'no rule',
      ({ body }) => (body.code === 'PURPOSE_NOT_GRANTED' ? { ...body, rule: undefined } : body),
    ],
    [
      'purpose',
      'an answer',
      ({ body }) => (body.code === 'PURPOSE_NOT_GRANTED' ? { rows: [['76', 1986]] } : body),
    ],
    [
      'habilitation',
      'an answer after the end of the permit',
      ({ body }) => (body.code === 'EXPIRED' ? { rows: [['76', 1986]] } : body),
    ],
    [
      'habilitation',
      'a permit that one person alone decided',
      ({ path, body }) => (path.endsWith('/decision') ? { ...body, state: 'pre_permit' } : body),
    ],
    [
      'journal',
      'a refusal that became an answer',
      ({ path, body }) =>
        path.includes('/audit/entries?')
          ? { ...body, entries: body.entries.map((entry: object) => ({ ...entry, type: 'query.release' })) }
          : body,
    ],
    [
      'journal',
      'a withheld cell that is not told',
      ({ path, body }) =>
        /\/audit\/entries\/\d/.test(path)
          ? { ...body, body: { ...body.body, shape: { cellsWithheld: 0 } } }
          : body,
    ],
  ]
  test.each(lies)('fails the step %s: %s', async (name, _, change) => {
    const liar = await openLiar(node.url, change)
    try {
      const stage = await openStage({
        ...{
          setting: settingOf(await homeOf(liar.url)),
          language: 'fr',
          signal: AbortSignal.timeout(30_000),
        },
      })
      const step = steps.find((one) => one.name === name)
      await expect(step?.play(stage, receipts())).rejects.toMatchObject({ name: 'StepFailure' })
    } finally {
      await liar.close()
    }
  })

  test('fails the last step when its own log was tampered with', async () => {
    const home = await mkdtemp(join(folder, 'tampered-'))
    await copyLog(node.home, async (path, bytes) => {
      await mkdir(dirname(join(home, path)), { recursive: true })
      await writeFile(join(home, path), bytes)
    })
    const stage = await openStage({
      ...{ setting: settingOf(node.home), language: 'fr', signal: AbortSignal.timeout(30_000) },
    })
    const step = steps.find(({ name }) => name === 'tampering')
    const outcome = await step?.play({ ...stage, home }, receipts())
    expect(outcome?.facts.seq).toBe(receipts().get('withheld')?.seq)
    const bundle = join(home, String(outcome?.facts.file))
    const bytes = await readFile(bundle)
    bytes.write('{"', 20)
    await writeFile(bundle, bytes)
    await expect(step?.play({ ...stage, home }, receipts())).rejects.toMatchObject({
      name: 'StepFailure',
      said: { en: expect.stringContaining('the log of the node is not intact: tampered: shard') },
    })
  })
})

/** Those of the first tour. */
function receipts(): ReadonlyMap<StepName, Receipt> {
  return new Map(told.flatMap(({ name, facts: { receipt } }) => (receipt ? [[name, receipt] as const] : [])))
}

describe('there is nothing to play on', () => {
  test('when no node runs: the tour says how to start one', async () => {
    await expect(tour(await mkdtemp(join(folder, 'empty-')))).rejects.toMatchObject({
      exit: 6,
      message: expect.stringMatching(/aucun nœud ne tourne.*\n→ .*npm start/),
    })
  })

  test('when the node is in production: it plays no person there', async () => {
    const home = await mkdtemp(join(folder, 'production-'))
    await writeFile(join(home, 'server.json'), JSON.stringify({ url: node.url, pid: process.pid }))
    await expect(tour(home)).rejects.toMatchObject({
      exit: 6,
      message: expect.stringContaining('en production'),
    })
  })

  test('when the demonstration is empty', async () => {
    const liar = await openLiar(node.url, ({ path, body }) =>
      path === '/api/v1/projects' ? { projects: [] } : body,
    )
    try {
      await expect(tour(await homeOf(liar.url), { language: 'en' })).rejects.toMatchObject({
        exit: 6,
        message: expect.stringMatching(/no active project.*\n→ .*HUISCLOS_DEMO=full/),
      })
    } finally {
      await liar.close()
    }
  })
})

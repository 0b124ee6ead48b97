/**
 * The project that the notebook on beds asks: invented beds of a territory, deposited and granted through the HTTP interface
 * as anybody would, once per demo node. Nothing is done again when it is there.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { askJson, type Client, demoToken, type Setting, urlOf } from '../services/cli/client.ts'
import { deposit } from '../services/cli/deposit.ts'
import type { Out } from '../services/cli/query.ts'
import { type Generation, generate } from '../services/dataset/synthetic/generate.ts'
import { addDays, parisDay } from '../services/kernel/clock.ts'

/** Twelve establishments of four wards, every day of four years. */
export const beds: Generation = {
  shape: 'lits',
  rows: 48 * 1456,
  seed: 42,
  format: 'parquet',
  dialect: 'iso',
  name: 'lits-demo',
  holder: 'chu-rouen',
}

const title = 'Occupation des lits d’un territoire (démonstration)'

interface Way {
  readonly setting: Setting
  readonly out: Out
}

/** The project, ready to be asked by alice. CommandError when the node is no demo node or refuses. */
export async function prepareBeds(way: Way): Promise<string> {
  const known = await knownProject(way)
  if (known !== undefined) return known
  await depositBeds(way)
  const project = await grantBeds(way)
  await ready(way, project)
  return project
}

async function as(subject: string, { setting }: Way): Promise<Client> {
  const token = await demoToken(setting, subject)
  return { url: await urlOf(setting), token, language: setting.language }
}

interface Projects {
  readonly projects: readonly { readonly id: string; readonly title: string; readonly status: string }[]
}

async function knownProject(way: Way): Promise<string | undefined> {
  const { projects } = await askJson<Projects>(await as('alice', way), 'GET /api/v1/projects')
  return projects.find((one) => one.title === title && one.status === 'active')?.id
}

async function depositBeds(way: Way): Promise<void> {
  const { setting, out } = way
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-beds-'))
  try {
    const { tables } = await generate(folder, beds, { signal: out.signal })
    const files = tables.map(({ table, file }) => `${table}=${join(folder, file)}`)
    await deposit(() => as('rouen', way), files, {
      options: { dataset: beds.name, descriptor: join(folder, 'descriptor.json') },
      out,
      isTerminal: false,
      language: setting.language,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Each act by the person whose turn it is. */
async function grantBeds(way: Way): Promise<string> {
  const act = async (subject: string, path: string, body: object = {}) =>
    askJson<{ id: string; projectId: string | null }>(
      await as(subject, way),
      `POST /api/v1/habilitations${path}`,
      {
        body,
      },
    )
  const { id } = await act('paul', '', request(parisDay(Date.now())))
  await act('paul', `/${id}/submission`)
  await act('lucie', `/${id}/completeness`, { complete: true })
  await act('rouen', `/${id}/countersignatures`, { dataset: beds.name, decision: 'accept' })
  await act('claire', `/${id}/decision`, { decision: 'grant', reasons: 'Démonstration' })
  await act('yves', `/${id}/confirmation`)
  const { projectId } = await act('paul', `/${id}/acceptance`)
  if (projectId === null) throw new Error('the project of the beds was not granted')
  return projectId
}

function request(today: string): object {
  const tables = ['etablissements', 'unites', 'capacites', 'occupation']
  return {
    title,
    summaryLay: 'Nous prévoyons les lits occupés d’un territoire inventé, pour montrer comment.',
    publicInterest: 'Savoir une semaine avant combien de lits seront pris.',
    aim: 'Prévoir l’occupation des lits.',
    kind: 'SECTOR_USEFUL',
    route: 'NON_PERSONNELLE',
    purposes: ['SNDS-III-6'],
    objectives: [{ id: 'O1', label: 'Prévoir l’occupation des lits' }],
    lines: [
      {
        dataset: beds.name,
        justification: 'Les lits sont l’objet de l’étude.',
        tables: Object.fromEntries(tables.map((table) => [table, { columns: '*' }])),
      },
    ],
    persons: [
      { issuer: 'demo', subject: 'alice', profile: 'analyst' },
      { issuer: 'demo', subject: 'paul', profile: 'analyst' },
    ],
    accessPeriod: { from: today, until: addDays(today, 365) },
    prohibitions: 'none',
    disclosure: { mode: 'guarded' },
  }
}

const pollMs = 200

async function ready(way: Way, project: string): Promise<void> {
  const client = await as('alice', way)
  for (;;) {
    const { bulle } = await askJson<{ bulle: { status: string } }>(
      client,
      `GET /api/v1/projects/${project}`,
      {
        signal: way.out.signal,
      },
    )
    if (bulle.status === 'ready') return
    await pause(pollMs)
  }
}

/** What tests of habilitations begin with: the persons of the demo, the least body of the contract, a room in memory. */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Body as EntryBody } from '../../services/audit/entry.ts'
import type { About, Audit } from '../../services/audit/record.ts'
import type { ActNeeds } from '../../services/habilitation/change.ts'
import { openDocuments } from '../../services/habilitation/documents.ts'
import type { HabilitationEvent } from '../../services/habilitation/event.ts'
import type { PermitKeys } from '../../services/habilitation/keys.ts'
import type { DatasetFacts, Datasets, StopCode } from '../../services/habilitation/lines.ts'
import type { CurrentPermit, Permit, PermitPayload } from '../../services/habilitation/permit.ts'
import { openPermits } from '../../services/habilitation/permits.ts'
import type { Registry } from '../../services/habilitation/registry.ts'
import type { Body } from '../../services/habilitation/request.ts'
import type { BegunAct, EntryPlace, Stored } from '../../services/habilitation/rows.ts'
import { type NodeRulebook, openRulebook } from '../../services/habilitation/rulebook.ts'
import type { SigningKey } from '../../services/habilitation/signature.ts'
import type { Directory } from '../../services/habilitation/surroundings.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import { thumbprint } from '../../services/identity/jwk.ts'
import type { Account, Person } from '../../services/identity/person.ts'
import type { Actor, Receipt } from '../../services/kernel/id.ts'
import { openTurns } from '../../services/kernel/turns.ts'
import { atRestWithoutClear } from '../keys/at-rest-room.ts'

/** Inside the access period of the least body: Saturday 21 November 2026, 10:00 in Paris. */
export const today = Date.parse('2026-11-21T09:00:00Z')
export const node = 'huisclos.demo'
export const issuer = 'https://autorite.huisclos.demo'
export const policies = fileURLToPath(new URL('../../policies/', import.meta.url))

const accounts = demoAccounts({ now: () => today })

export function accountOf({ issuer: by, subject }: Actor): Account | null {
  return accounts.find((one) => one.issuer === by && one.subject === subject) ?? null
}

/** A demo account at a door, with two factors. */
export function person(subject: string, change: Partial<Person> = {}): Person {
  const account = accounts.find((one) => one.subject === subject)
  if (account === undefined) throw new Error(`no demo account ${subject}`)
  return { ...account, level: 2, door: 'http', methods: ['pwd', 'otp', 'mfa'], ...change }
}

/** The draft body of the contract, section 6, as it stands. */
export const leastBody = {
  title: 'Parcours de soins',
  summaryLay: 'Une étude.',
  publicInterest: 'Mieux soigner.',
  aim: 'Décrire les parcours.',
  kind: 'PERSONAL_HEALTH',
  route: 'MR_004',
  routeReference: 'F20261121',
  purposes: ['SNDS-III-6'],
  objectives: [{ id: 'O1', label: 'Décrire' }],
  lines: [
    {
      dataset: 'pmsi-demo',
      justification: 'Les séjours.',
      population: { table: 'patients', filter: "department <> '13'" },
      tables: {
        patients: { columns: '*' },
        stays: {
          columns: ['stay_id', 'patient_id', 'admission_date'],
          filter: "admission_date >= DATE '2022-01-01'",
        },
      },
    },
  ],
  persons: [{ issuer: 'demo', subject: 'alice', profile: 'analyst' }],
  accessPeriod: { from: '2026-11-01', until: '2027-10-31' },
  prohibitions: 'none',
  disclosure: { mode: 'guarded' },
} as const satisfies Body | Record<string, unknown>

export const secondLine = {
  dataset: 'lab-demo',
  justification: 'Les examens.',
  tables: { results: { columns: '*' } },
} as const

const known: readonly DatasetFacts[] = [
  {
    name: 'pmsi-demo',
    holder: 'chu-rouen',
    kind: 'personal',
    k: 11,
    tables: {
      patients: { class: 'personal', columns: ['patient_id', 'department', 'sex'] },
      stays: { class: 'personal', columns: ['stay_id', 'patient_id', 'admission_date', 'cost_eur'] },
    },
  },
  {
    name: 'lab-demo',
    holder: 'gh-havre',
    kind: 'personal',
    k: 20,
    tables: { results: { class: 'personal', columns: ['patient_id', 'value'] } },
  },
  {
    name: 'beds-demo',
    holder: 'chu-rouen',
    kind: 'non-personal',
    k: 11,
    tables: { beds: { class: 'public', columns: ['hospital', 'beds'] } },
  },
]
export const facts: ReadonlyMap<string, DatasetFacts> = new Map(known.map((one) => [one.name, one]))

/** The accounts and organisations of the demo. */
export const directory: Directory = {
  find: async (person) => accountOf(person),
  organisations: async () => demoOrganisations,
}

const limits = { maxBytes: 4096, most: 3 }
const atRest = atRestWithoutClear()

/** Knows three datasets; takes a subquery for no filter. */
const datasets: Datasets = {
  facts: async (name) => facts.get(name) ?? null,
  checkFilter: async ({ filter, path }) => (filter.includes('SELECT') ? { path, message: 'shape' } : null),
}

let opened: Promise<NodeRulebook> | undefined
/** The rulebook of the repository, read once. */
export function rulebook(): Promise<NodeRulebook> {
  opened ??= openRulebook(policies, { node })
  return opened
}

const day = (text: string) => Date.parse(text) / 1000

export const payload: PermitPayload = {
  v: 1,
  iss: issuer,
  aud: 'huisclos:permit',
  jti: 'FR-NOR-2026-000042-v1',
  iat: day('2026-11-02T09:00:00Z'),
  nbf: day('2026-11-02T09:00:00Z'),
  exp: day('2027-10-31T23:00:00Z'),
  base: 'FR-NOR-2026-000042',
  version: 1,
  request: { id: 'D-2026-0001', receivedAt: '2026-11-01T09:00:00.000Z' },
  title: leastBody.title,
  route: 'MR_004',
  kind: 'PERSONAL_HEALTH',
  purposes: ['SNDS-III-6'],
  objectives: [{ id: 'O1', label: 'Décrire' }],
  persons: [
    {
      issuer: 'demo',
      subject: 'alice',
      profile: 'analyst',
      nbf: day('2026-11-02T09:00:00Z'),
      exp: day('2027-10-31T23:00:00Z'),
    },
  ],
  lines: [
    {
      id: 'L1',
      dataset: 'pmsi-demo',
      holder: 'chu-rouen',
      k: 11,
      tables: { patients: { columns: ['patient_id', 'department', 'sex'] } },
      holderAct: 'countersign',
      holderJws: 'not-signed-here',
    },
  ],
  disclosure: { mode: 'guarded' },
  node: [node],
  conditions: [],
  policyHash: `sha256:${'0'.repeat(64)}`,
}

/** A permit in force with one open line, as `decide` takes it; its signature was never made. */
export function currentPermit(
  change: Partial<PermitPayload> = {},
  standing: Partial<CurrentPermit['standing']> = {},
): CurrentPermit {
  const permit: Permit = { ...payload, ...change, sha256: 'a'.repeat(64), jws: 'unsigned' }
  const base = {
    state: 'active',
    currentVersion: 1,
    openLines: ['L1'],
    suspendedLines: [],
    suspendedPersons: [],
  } as const
  const grants = (change.persons ?? payload.persons).map(
    ({ issuer: by, subject }) =>
      ({
        issuer: by,
        subject,
        stored: 'active',
        leadUntil: Date.parse('2099-01-01'),
        managerUntil: 0,
      }) as const,
  )
  return { permit, standing: { ...base, grants, ...standing }, lead: { issuer: 'demo', subject: 'paul' } }
}

interface MemoryAudit extends Audit {
  readonly entries: { readonly body: EntryBody; readonly about: About }[]
}

/** Keeps entries in memory, in order. */
function openMemoryAudit(): MemoryAudit {
  const entries: MemoryAudit['entries'] = []
  const origin = 'huisclos.demo/audit/2026'
  return {
    origin,
    entries,
    async append(body, about) {
      entries.push({ body, about })
      // Receipts are made by the audit room alone; a test stands in for it.
      return { log: origin, seq: entries.length - 1, leaf: '0'.repeat(64) } as Receipt
    },
  }
}

/** The registry in memory; the same tests run on it and on PostgreSQL. */
export function openMemoryRegistry(): Registry {
  const streams = new Map<string, { event: HabilitationEvent; receipt: EntryPlace }[]>()
  const permits: { project: string; stream: string; jws: string }[] = []
  const counters = new Map<string, number>()
  const acts: BegunAct[] = []
  const { take: alone } = openTurns()
  const stored = (id: string): Stored | null => {
    const rows = streams.get(id)
    return rows ? { id, events: rows.map(({ event }) => JSON.parse(JSON.stringify(event))) } : null
  }
  const next = async (series: string) => (counters.get(series) ?? 0) + 1
  const reserve = (id: string) => {
    const [prefix, year, digits] = id.split(/-(?=\d+(?:-|$))/)
    counters.set(`${prefix === 'D' ? 'request' : 'permit'}/${year}`, Number(digits))
  }
  const forget: Registry['forget'] = async ({ id }) => {
    acts.splice(0, acts.length, ...acts.filter((act) => act.id !== id))
  }
  return {
    open: (work) => alone(() => work(next)),
    change: (id, work) =>
      alone(async () => {
        const before = stored(id)
        if (before !== null) await work(before, next)
        return before !== null
      }),
    async begin(act) {
      acts.push(act)
      if (act.before === 0) reserve(act.stream)
      if (act.permit) reserve(act.permit.base)
    },
    async finish(act, places) {
      const rows = places.map((receipt, i) => ({ event: act.events[i] as HabilitationEvent, receipt }))
      streams.set(act.stream, [...(streams.get(act.stream) ?? []), ...rows])
      if (act.permit) permits.push({ project: act.permit.base, stream: act.stream, jws: act.permit.jws })
      await forget(act)
    },
    forget,
    begun: async () => [...acts],
    read: async (id) => stored(id),
    list: async () =>
      [...streams.keys()]
        .sort()
        .reverse()
        .flatMap((id) => stored(id) ?? []),
    total: async () => [...streams.values()].reduce((sum, events) => sum + events.length, 0),
    async ofProject(project) {
      const newest = permits.findLast((one) => one.project === project)
      const of = newest && stored(newest.stream)
      return of ? { id: of.id, events: of.events.length, jws: newest.jws } : null
    },
    async lastRecorded(log) {
      const seqs = [...streams.values()].flat().filter(({ receipt }) => receipt.log === log)
      return seqs.length === 0 ? null : Math.max(...seqs.map(({ receipt }) => receipt.seq))
    },
  }
}

interface Effect {
  readonly effect: 'seal' | 'shred' | 'destroy' | 'leave' | StopCode
  readonly project?: string
  readonly dataset?: string
  readonly person?: string
}

export interface Room extends ActNeeds {
  readonly audit: MemoryAudit
  readonly effected: Effect[]
  /** The time of this room; set it to travel. */
  readonly time: { now: number }
  readonly keys: PermitKeys
}

/** A room in memory with the rulebook of the repository and new keys. */
export async function openRoom(
  change: Partial<Pick<ActNeeds, 'registry' | 'keys' | 'datasets' | 'grants' | 'accounts'>> = {},
): Promise<Room> {
  const time = { now: today }
  const registry = change.registry ?? openMemoryRegistry()
  const keys = change.keys ?? newKeys()
  const effected: Effect[] = []
  return {
    time,
    effected,
    keys,
    registry,
    accounts: change.accounts ?? directory,
    grants: change.grants ?? 'by-permit',
    clock: { now: () => time.now },
    audit: openMemoryAudit(),
    datasets: change.datasets ?? datasets,
    rulebook: await rulebook(),
    permits: openPermits({ registry, keys }),
    documents: openDocuments({ home: join(tmpdir(), 'huisclos-documents', randomUUID()), atRest, limits }),
    authority: { node, prefix: 'FR-NOR' },
    effects: {
      seal: ({ permit }) => effected.push({ effect: 'seal', project: permit.base }),
      stop: (project, effect, { dataset, person: one } = {}) =>
        effected.push({ effect, project, ...(dataset && { dataset }), ...(one && { person: one.subject }) }),
      async leave({ subject }) {
        effected.push({ effect: 'leave', person: subject })
      },
      async shred({ permit }, dataset) {
        effected.push({ effect: 'shred', project: permit.base, dataset })
      },
      async destroy(project) {
        effected.push({ effect: 'destroy', project })
        const entries = { log: 'huisclos.demo/audit/2026', closed: 7, shredded: 8 }
        const extract = { dataset: 'pmsi-demo', version: 1, sha256: 'e'.repeat(64) }
        return { at: time.now, extracts: [extract], key: 'f'.repeat(64), entries }
      },
    },
  }
}

function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, kid: thumbprint(publicKey) }
}

function publicOf({ kid, privateKey }: SigningKey): ReadonlyMap<string, KeyObject> {
  return new Map([[kid, createPublicKey(privateKey)]])
}

/** Keys in memory: one of the authority, one for each holder that is asked for. */
export function newKeys(): PermitKeys {
  const authority = newKey()
  const holders = new Map<string, SigningKey>()
  const holderKey = async (organisation: string) => {
    const key = holders.get(organisation) ?? newKey()
    holders.set(organisation, key)
    return key
  }
  return {
    issuer,
    authority,
    operator: newKey(),
    visas: newKey(),
    publisher: newKey(),
    publicKeys: publicOf(authority),
    holderKey,
    holderPublicKeys: async (organisation) => publicOf(await holderKey(organisation)),
  }
}

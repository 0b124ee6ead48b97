/** One real house with two tenants: an establishment each, with its holder, lead, researcher, dataset, requests and project. */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import type { Role } from '../../services/identity/person.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { descriptor, draft, path, patientsCsv } from '../contract/study.ts'
import { administer, openDatabase } from '../house.ts'
import { openTestNode } from '../node.ts'

/** Who holds a role, on the side of Rouen where a role has a side. */
export const persons: Readonly<Record<Role, string>> = {
  researcher: 'alice',
  lead: 'paul',
  dpo: 'nadia',
  secretariat: 'lucie',
  authority: 'claire',
  holder: 'rouen',
  ethics: 'ines',
  checker: 'louis',
  operator: 'karim',
  manager: 'sylvie',
  registrar: 'rene',
}

export interface Sent {
  readonly body?: unknown
  /** Bytes as they are, with the headers that say what they are. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

/** What a call may name: one object of each kind. */
export interface Named {
  readonly dataset: string
  readonly deposit: string
  readonly upload: string
  readonly optOut: string
  readonly request: string
  readonly project: string
  readonly person: string
  readonly organisation: string
  readonly receipt: string
  readonly proposal: string
  readonly shard: string
  readonly entry: string
  readonly release: string
}

export const states = ['granted', 'received', 'draft'] as const
type State = (typeof states)[number]

/** The objects of one tenant; its requests in several states. */
export interface Tenant extends Omit<Named, 'request' | 'receipt'> {
  readonly requests: Readonly<Record<State, string>>
}

export interface TenantsHouse {
  readonly rouen: Tenant
  readonly havre: Tenant
  send(as: string, call: string, sent?: Sent): Promise<Got>
  close(): Promise<void>
}

interface Side {
  readonly organisation: string
  readonly holder: string
  readonly lead: string
  readonly person: string
}

const rouen: Side = { organisation: 'chu-rouen', holder: 'rouen', lead: 'paul', person: 'alice' }
const havre: Side = { organisation: 'gh-havre', holder: 'havre', lead: 'lea', person: 'bruno' }

/** The demo has one lead; the other establishment gets one of its own. */
const lea = `INSERT INTO identity_account SELECT (jsonb_populate_record(a,
  '{"subject": "lea", "display_name": "Léa", "organisation": "gh-havre"}')).* FROM identity_account a WHERE subject = 'paul'`

export async function openTenantsHouse(): Promise<TenantsHouse> {
  const database = await openDatabase()
  const node = await openTestNode({ databaseUrl: database.url })
  await administer(database.url, lea)
  const agent = new Agent({ keepAlive: true, maxSockets: 12 })
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (subject: string) => {
    const token = tokens.get(subject) ?? mintDemoToken({ home: node.home, subject, clock: systemClock })
    tokens.set(subject, token)
    return token
  }
  const send: TenantsHouse['send'] = async (as, call, { body, raw, headers } = {}) => {
    const [method = '', target = ''] = call.split(' ')
    const content = body === undefined ? raw : JSON.stringify(body)
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const authorization = `Bearer ${await tokenOf(as)}`
    return exchange(new URL(node.url + target), {
      agent,
      method,
      content,
      headers: { authorization, ...json, ...headers },
    })
  }
  const close = async () => {
    agent.destroy()
    await node.close()
    await database.close()
  }
  try {
    const tenants = await tenantsOf(send)
    for (const tenant of [tenants.rouen, tenants.havre]) await administer(database.url, askedRelease(tenant))
    return { ...tenants, send, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function tenantsOf(send: Send): Promise<Pick<TenantsHouse, 'rouen' | 'havre'>> {
  const [atRouen, atHavre] = [await settle(send, rouen), await settle(send, havre)]
  return { rouen: atRouen, havre: atHavre }
}

interface Exchange {
  readonly agent: Agent
  readonly method: string
  readonly content: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

function exchange(url: URL, { content, ...options }: Exchange): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', reject)
      answer.once('end', () => {
        const { statusCode: status = 0, headers } = answer
        resolve({ status, headers, text: Buffer.concat(parts).toString('utf8') })
      })
    })
    asked.once('error', reject)
    asked.end(content)
  })
}

type Send = TenantsHouse['send']

/** The body of an answer to `rouen GET /path`; throws on a refusal, as nothing here is meant to be refused. */
// biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type
async function json(send: Send, line: string, body?: unknown): Promise<any> {
  const [as = '', ...call] = line.split(' ')
  const { status, text } = await send(as, call.join(' '), { body })
  if (status >= 300) throw new Error(`${line}: ${status} ${text}`)
  return JSON.parse(text)
}

async function settle(send: Send, side: Side): Promise<Tenant> {
  const { organisation, holder } = side
  const dataset = `visits-${holder}`
  const at = `/api/v1/datasets/${dataset}`
  const [patients] = descriptor.resources
  const declared = {
    ...descriptor,
    name: dataset,
    holder: organisation,
    domain: `patients-${holder}`,
    resources: [patients],
  }
  await json(send, `${holder} POST /api/v1/datasets`, declared)
  // Only one’s own version is ever reached: the other tenant is spared the checks and the extract.
  if (side === rouen) await publish(send, holder, dataset)
  const contract = {
    frequency: 'monthly',
    categories: ['plain'],
    contact: { name: 'DIM' },
    optOutFile: 'none',
    manifest: 'optional',
  }
  await json(send, `${holder} PUT ${at}/contract`, contract)
  const deposit = await opened(send, holder, dataset)
  const words = { deposit, table: 'patients', contentType: 'text/csv; charset=utf-8' }
  const metadata = Object.entries(words).map(
    ([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`,
  )
  const headers = { 'tus-resumable': '1.0.0', 'upload-length': '10', 'upload-metadata': metadata.join(',') }
  const begun = await send(holder, 'POST /api/v1/uploads', { headers })
  const pseudonyms = [`h1k01_${'0'.repeat(32)}`]
  const { receipts } = await json(send, `${holder} POST ${at}/opt-outs`, { pseudonyms })
  const requests = {
    granted: await asked(send, side, path.length),
    received: await asked(send, side, 1),
    draft: await asked(send, side, 0),
  }
  const { projectId } = await json(send, `${side.lead} GET /api/v1/habilitations/${requests.granted}`)
  return {
    dataset,
    deposit,
    upload: JSON.parse(begun.text).id,
    optOut: String(receipts[0].number),
    requests,
    project: projectId,
    person: side.person,
    organisation,
    proposal: await proposed(send, holder),
    shard: String(new Date().getUTCFullYear()),
    entry: '1',
    release: randomUUID(),
  }
}

/** A release that the tenant's person asks, as checkers see one; its files are no matter of who may call. */
function askedRelease({ release: id, project, person }: Tenant): string {
  const asker = { issuer: 'demo', subject: person }
  const permit = { id: project, version: 1, sha256: '0'.repeat(64) }
  const times = { openedAt: 0, actedAt: Date.now(), askedAt: 0, endedAt: null, destroyedAt: null }
  const lists = { files: [], reviews: [], answers: [], signed: null }
  const what = { v: 1, id, project, title: 'Visits', purpose: 'SNDS-III-6', state: 'review', round: 1 }
  const body = { ...what, asker, permit, session: { level: 2, methods: [] }, ...times, ...lists }
  return `INSERT INTO airlock_release VALUES
    ('${id}', '${project}', 'demo', '${person}', 'review', 0, 0, '${JSON.stringify(body)}', 'none', 0)`
}

/** Rules belong to the house; each tenant names one change of them. */
async function proposed(send: Send, holder: string): Promise<string> {
  const files = [{ path: 'query.cedar', text: `// of ${holder}` }]
  const proposal = { files, reason: 'A later version.', unchecked: true }
  return (await json(send, 'nadia POST /api/v1/policies/proposals', proposal)).sha256
}

async function opened(send: Send, holder: string, dataset: string): Promise<string> {
  const { id } = await json(send, `${holder} POST /api/v1/datasets/${dataset}/deposits`)
  const headers = { 'content-type': 'text/csv; charset=utf-8' }
  await send(holder, `PUT /api/v1/deposits/${id}/tables/patients`, { raw: patientsCsv, headers })
  return id
}

async function publish(send: Send, holder: string, dataset: string): Promise<void> {
  const deposit = await opened(send, holder, dataset)
  await json(send, `${holder} POST /api/v1/deposits/${deposit}/submit`)
  const read = () => json(send, `${holder} GET /api/v1/deposits/${deposit}`)
  let found = await read()
  while (found.status === 'checking') {
    await new Promise((resolve) => setTimeout(resolve, 50))
    found = await read()
  }
  if (found.status !== 'accepted') throw new Error(`${dataset}: ${JSON.stringify(found.findings)}`)
}

/** A request that has gone so many steps of the usual path. */
async function asked(send: Send, { holder, lead, person }: Side, steps: number): Promise<string> {
  const dataset = `visits-${holder}`
  const [line] = draft.lines
  const { aim, ...unfinished } = draft
  const body = {
    // One that nobody can submit stays a draft.
    ...unfinished,
    ...(steps > 0 && { aim }),
    title: `Visits of ${holder}`,
    lines: [{ ...line, dataset, tables: { patients: { columns: '*' } } }],
    persons: [{ issuer: 'demo', subject: person, profile: 'analyst' }],
  }
  const { id } = await json(send, `${lead} POST /api/v1/habilitations`, body)
  for (const [as, call, given] of path.slice(0, steps)) {
    const who = as === 'paul' ? lead : as === 'rouen' ? holder : as
    const words = call === 'countersignatures' ? { ...given, dataset } : (given ?? {})
    await json(send, `${who} POST /api/v1/habilitations/${id}/${call}`, words)
  }
  return id
}

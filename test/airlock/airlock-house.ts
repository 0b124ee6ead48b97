/** One real node with one granted project, and checkers with and without a conflict. */
import { randomUUID } from 'node:crypto'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { deposit, grant } from '../contract/study.ts'
import type { Answer } from '../contract/system.ts'
import { administer, openDatabase } from '../house.ts'
import { openTestNode, type TestNode } from '../node.ts'

interface Sent {
  readonly as?: string
  readonly body?: unknown
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

export interface AirlockHouse {
  readonly node: TestNode
  readonly project: string
  readonly habilitation: string
  call(method: string, path: string, sent?: Sent): Promise<Answer>
  bytes(path: string, as: string): Promise<Buffer>
  /** A query of alice that is answered; its id. */
  asked(sql: string): Promise<string>
  /** A draft of alice with the answer of this query; its path. */
  draft(query: string): Promise<string>
  /** One more project of the same people, without anything special; its id. */
  grant(): Promise<string>
  close(): Promise<void>
}

/** Carl, a checker, works where the lead does; alice and paul may check too, but not this. */
const accounts = `INSERT INTO identity_account SELECT (jsonb_populate_record(a,
  '{"subject": "carl", "display_name": "Carl", "organisation": "chu-rouen"}')).* FROM identity_account a WHERE subject = 'louis';
  UPDATE identity_account SET roles = array_append(roles, 'checker') WHERE subject IN ('alice', 'paul')`

export const context = { shows: 'Patients by sex', population: 'All patients', related: '' }
export const bySex = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'

export async function openAirlockHouse(request: object = {}): Promise<AirlockHouse> {
  const database = await openDatabase()
  const node = await openTestNode({ databaseUrl: database.url })
  const send = async (method: string, path: string, { as, body, raw, headers }: Sent) => {
    const given = new Headers(headers)
    if (as !== undefined) {
      const token = await mintDemoToken({ home: node.home, subject: as, clock: systemClock })
      given.set('authorization', `Bearer ${token}`)
    }
    if (body !== undefined) given.set('content-type', 'application/json')
    const content = body === undefined ? (raw ?? null) : JSON.stringify(body)
    return fetch(node.url + path, { method, headers: given, body: content })
  }
  const call: AirlockHouse['call'] = async (method, path, sent = {}) => {
    const response = await send(method, path, sent)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    }
  }
  const close = async () => {
    await node.close()
    await database.close()
  }
  try {
    await administer(database.url, accounts)
    await deposit({ call })
    const granted = await grant({ call }, request)
    const more = { bytes: bytesBy(send), grant: async () => (await grant({ call })).project }
    return { node, ...granted, call, close, ...acts(call, granted.project), ...more }
  } catch (error) {
    await close()
    throw error
  }
}

function bytesBy(send: (method: string, path: string, sent: Sent) => Promise<Response>) {
  return async (path: string, as: string) =>
    Buffer.from(await (await send('GET', path, { as })).arrayBuffer())
}

/** What alice does, which nobody here refuses. */
function acts(call: AirlockHouse['call'], project: string): Pick<AirlockHouse, 'asked' | 'draft'> {
  const done = async (path: string, body: unknown) => {
    const answer = await call('POST', path, { as: 'alice', body })
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`)
    return answer.json
  }
  return {
    async asked(sql) {
      const id = randomUUID()
      await done(`/api/v1/projects/${project}/queries`, { sql, id })
      return id
    },
    async draft(query) {
      const { id } = await done(`/api/v1/projects/${project}/releases`, { title: 'Patients by sex' })
      const path = `/api/v1/releases/${id}`
      await done(`${path}/files`, { name: 'patients.csv', query, context })
      return path
    },
  }
}

export const vote = (changes: object = {}) => ({
  round: 1,
  vote: 'approve',
  comment: '',
  verdicts: { singlingOut: 'none', linkability: 'none', inference: 'none' },
  ...changes,
})

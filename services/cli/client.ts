/** Calls of the command line to a node. It finds the node by a file of the home folder, or by HUISCLOS_URL. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demoAccounts } from '../identity/demo-accounts.ts'
import { mintDemoToken } from '../identity/demo-keys.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Language } from '../kernel/text.ts'
import { readServerFile } from '../node/server-file.ts'
import { CommandError, exitOf, exits, type ProblemText } from './ending.ts'
import { readLogins } from './login-file.ts'
import { problemLines } from './problem-text.ts'

/** What commands know of where they run; read once in cli.ts. */
export interface Setting {
  readonly home: string
  readonly language: Language
  readonly url: string | undefined
  readonly token: string | undefined
  /** File of the tokens that `huisclos login` was given; none are known without it. */
  readonly logins?: string
  /** Standard output and error are terminals. */
  readonly isTerminal: boolean
}

export interface Client {
  readonly url: string
  readonly token: string
  readonly language: Language
}

/** What a caller sends, where it is not JSON. */
export interface Sent {
  readonly body?: unknown
  /** A file, sent as it is. */
  readonly file?: { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }
  readonly accept?: string
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/** A node and somebody it knows. CommandError when no node runs, or when nobody is named. */
export async function openClient(setting: Setting, as: string | undefined): Promise<Client> {
  const url = await urlOf(setting)
  if (as !== undefined) return { url, token: await demoToken(setting, as), language: setting.language }
  const token = setting.token ?? (await loginsOf(setting))[url]
  if (token !== undefined) return { url, token, language: setting.language }
  throw new CommandError(
    'huisclos login, --as SUJET (démonstration) ou HUISCLOS_TOKEN / one of them is needed',
    exits.usage,
  )
}

function loginsOf({ logins }: Setting): Promise<Readonly<Record<string, string>>> {
  return logins === undefined ? Promise.resolve({}) : readLogins(logins)
}

/** The node that was named, the one of this home, or the only one that was signed in to. CommandError when there is none. */
export async function urlOf(setting: Setting): Promise<string> {
  const [only, ...others] = Object.keys(await loginsOf(setting))
  const signedIn = others.length === 0 ? only : undefined
  const known = setting.url ?? (await readServerFile(setting.home))?.url ?? signedIn
  if (known !== undefined) return known.replace(/\/$/, '')
  const where = `aucun nœud ne tourne sur ${setting.home} ; lancez npm start / no node runs on this home`
  throw new CommandError(where, exits.unavailable)
}

/** A token of the demo issuer; its keys lie in the home folder of a demo node, and nowhere else. */
export async function demoToken(setting: Setting, subject: string): Promise<string> {
  const subjects = demoAccounts(systemClock).map((account) => account.subject)
  if (!subjects.includes(subject)) {
    throw new CommandError(`compte inconnu / unknown account; --as ${subjects.join(' | ')}`, exits.usage)
  }
  await readFile(join(setting.home, 'keys', 'demo-issuer.json')).catch(() => {
    throw new CommandError(
      'pas de fournisseur de démonstration ici / no demo issuer on this home',
      exits.unavailable,
    )
  })
  return mintDemoToken({ home: setting.home, subject, clock: systemClock })
}

/** The answer of a call that went well. A problem document becomes a CommandError with its lines. */
export async function ask(client: Client, call: string, sent: Sent = {}): Promise<Response> {
  const [method = 'GET', path = '/'] = call.split(' ')
  const headers = new Headers({
    ...sent.headers,
    authorization: `Bearer ${client.token}`,
    'accept-language': client.language,
    accept: sent.accept ?? 'application/json',
  })
  const json = sent.body === undefined ? null : JSON.stringify(sent.body)
  const type = sent.file?.type ?? (json === null ? undefined : 'application/json')
  if (type !== undefined) headers.set('content-type', type)
  const body = sent.file?.bytes ?? json
  const signal = sent.signal ?? null
  const response = await fetch(client.url + path, { method, headers, body, signal }).catch(
    (cause: unknown) => {
      if (sent.signal?.aborted) throw new CommandError('interrompu / interrupted', exits.interrupted)
      throw unreachable(client.url, cause)
    },
  )
  if (response.ok) return response
  throw await refusalOf(response)
}

/** The JSON of a call that went well; each command says which members it reads. */
export async function askJson<T>(client: Client, call: string, sent: Sent = {}): Promise<T> {
  return (await (await ask(client, call, sent)).json()) as T
}

export function unreachable(url: string, cause: unknown): CommandError {
  const code =
    cause instanceof Error && cause.cause instanceof Error && 'code' in cause.cause ? cause.cause.code : ''
  return new CommandError(`${url} ne répond pas / does not answer ${String(code)}`.trim(), exits.unavailable)
}

/** What a problem document says, for the person who typed. */
export async function refusalOf(response: Response): Promise<CommandError> {
  const exit = exitOf(response.status)
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json')
  if (!isProblem) return new CommandError(`HTTP ${response.status}`, exit)
  const problem = (await response.json()) as ProblemText
  return new CommandError(problemLines(problem).join('\n'), exit, problem)
}

/** `huisclos login` and `logout`: the command line acts in the session of its user's browser (security.md 5.5). */
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { ask, askJson, refusalOf, type Setting, unreachable, urlOf } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { loginPath, readLogins, writeLogins } from './login-file.ts'
import type { Out } from './query.ts'

interface Around {
  readonly setting: Setting
  readonly out: Out
}

interface Codes {
  readonly deviceCode: string
  readonly userCode: string
  readonly address: string
  readonly expiresIn: number
  readonly interval: number
}

interface Answer {
  readonly state: 'pending' | 'confirmed'
  readonly token?: string
}

const urlFlag = '--url <adresse>'
const urlHelp = 'le nœud ; celui de ce dossier sinon · the node; that of this home otherwise'

export function addLoginCommands(program: Command, { setting, out }: Around): void {
  const { logins: path = loginPath() } = setting
  const at = (url: string | undefined) => urlOf({ ...setting, url: url ?? setting.url })
  program
    .command('login')
    .description(
      'se connecter : un code, à taper dans votre navigateur · sign in: a code, typed in your browser',
    )
    .option(urlFlag, urlHelp)
    .action(async ({ url }: { url?: string }) => {
      const node = await at(url)
      const token = await letIn(node, { setting, out })
      await writeLogins(path, { ...(await readLogins(path)), [node]: token })
      const { displayName } = await askJson<{ displayName: string }>(
        { url: node, token, language: setting.language },
        'GET /api/v1/me',
      )
      out.stdout.write(`${printable(displayName)} — ${node}\n`)
    })
  program
    .command('logout')
    .description('rendre le jeton de cette machine ; la session reste · give the token of this machine back')
    .option(urlFlag, urlHelp)
    .action(async ({ url }: { url?: string }) => {
      const node = await at(url)
      const { [node]: token, ...others } = await readLogins(path)
      if (token === undefined) throw new CommandError(`${node} : aucun / none`, exits.usage)
      // Forgotten here whatever the node says: a token that has ended there is of no use either.
      await writeLogins(path, others)
      await ask({ url: node, token, language: setting.language }, 'POST /api/v1/device/closure', { body: {} })
      out.stdout.write(`${node}\n`)
    })
}

/** Shows the code, then asks until the person has answered; the token. CommandError when she refused or nobody came. */
async function letIn(node: string, { setting, out }: Pick<Around, 'setting' | 'out'>): Promise<string> {
  const host =
    hostname()
      .replaceAll(/[^\w.-]/g, '-')
      .slice(0, 80) || 'machine'
  const codes = await post<Codes>(node, { setting, path: 'device/codes', body: { host } })
  out.stderr.write(`${codes.address}\n\n    ${codes.userCode}\n\n`)
  out.stderr.write(
    'en attente de votre réponse dans le navigateur · waiting for your answer in the browser…\n',
  )
  const { deviceCode } = codes
  for (let left = codes.expiresIn; left > 0; left -= codes.interval) {
    await wait(codes.interval * 1000 + 100, undefined, { signal: out.signal }).catch(() => {
      throw new CommandError('interrompu / interrupted', exits.interrupted)
    })
    const answer = await post<Answer>(node, { setting, path: 'device/tokens', body: { deviceCode } })
    if (answer.token !== undefined) return answer.token
  }
  throw new CommandError('personne n’a répondu / nobody answered', exits.unauthenticated)
}

interface Posted {
  readonly setting: Setting
  readonly path: string
  readonly body: object
}

/** By nobody yet: no token goes along. */
async function post<T>(node: string, { setting, path, body }: Posted): Promise<T> {
  const headers = { 'content-type': 'application/json', 'accept-language': setting.language }
  const sent = { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(`${node}/api/v1/${path}`, sent).catch((cause: unknown) => {
    throw unreachable(node, cause)
  })
  if (!response.ok) throw await refusalOf(response)
  return (await response.json()) as T
}

/** A name is somebody's text: nothing in it steers the terminal. */
function printable(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, '·')
}

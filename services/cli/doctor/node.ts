/** The running node, as it answers. */
import { versionOf } from '../../node/version.ts'
import { ask } from './ask.ts'
import { type About, both, type Check, fine, notRunning, worth, wrong } from './check.ts'

interface Ready {
  readonly status: number
  readonly version?: string
  readonly witnesses?: { readonly witnesses: readonly { readonly name: string; readonly state: string }[] }
}

/** Null where no node runs, and where it does not answer in time. */
async function askNode({ server }: Pick<About, 'server'>, path: string): Promise<Response | null> {
  return server === null ? null : ask(`${server.url}${path}`)
}

/** What /readyz says; null where nothing answers. */
export async function readyOf(about: Pick<About, 'server'>): Promise<Ready | null> {
  const answer = await askNode(about, '/readyz')
  if (answer === null) return null
  const body: object = Object(await answer.json().catch(() => ({})))
  return { ...body, status: answer.status }
}

/** Whether its workers have control groups of their own; undefined where nothing answers. */
export async function workerGroupsOf(about: Pick<About, 'server'>): Promise<unknown> {
  const answer = await askNode(about, '/healthz')
  const health: { workerGroups?: unknown } = Object(await answer?.json().catch(() => null))
  return health.workerGroups
}

export const server: Check = {
  name: 'server',
  async look(about) {
    if (about.server === null) return worth(both('ne tourne pas', 'is not running'), 'npm start')
    const { url, pid } = about.server
    if ((await askNode(about, '/healthz'))?.ok) return fine(`${url} (pid ${pid})`)
    return wrong(
      both(`${url} ne répond pas`, `${url} does not answer`),
      both('relancez-le', 'start it again'),
    )
  },
}

export const ready: Check = {
  name: 'ready',
  async look(about) {
    if (about.server === null) return notRunning
    const status = (await readyOf(about))?.status
    return status === 200
      ? fine('200')
      : wrong(
          String(status ?? '—'),
          both(
            'lisez les lignes de npm start, puis GET /readyz',
            'read the lines of npm start, then GET /readyz',
          ),
        )
  },
}

/** Code that was renewed under a running node is not the code that runs. */
export const version = (ours: string = versionOf()): Check => ({
  name: 'version',
  async look(about) {
    if (about.server === null) return fine(ours)
    const answer = await askNode(about, '/api/v1/openapi.json')
    const document = Object(await answer?.json().catch(() => null))
    const running = Object(document.info).version
    if (running === ours) return fine(ours)
    return worth(
      both(`tourne : ${running ?? '?'} ; ici : ${ours}`, `running: ${running ?? '?'}; here: ${ours}`),
      both('relancez le nœud', 'start the node again'),
    )
  },
})

/** The composition root: a whole node, opened floor by floor and closed in the reverse order. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Settings } from './config.ts'
import { machineSandbox, type Sandbox } from './engine/box/sandbox.ts'
import { createApp, createWaitingApp } from './gateway/app.ts'
import { openEventStreams } from './gateway/event-streams.ts'
import type { House } from './gateway/house.ts'
import { openLimits } from './gateway/limits.ts'
import { routes } from './gateway/routes.ts'
import { type StartPageFacts, startPage } from './gateway/start-page.ts'
import { withPersonalTokens } from './habilitation/personal-tokens.ts'
import type { Clock } from './kernel/clock.ts'
import type { Closable } from './kernel/id.ts'
import type { Log } from './kernel/log.ts'
import { Closing } from './node/closing.ts'
import { doorwayOf } from './node/doorway.ts'
import { type Ground, openHome, takeOverHome } from './node/floors.ts'
import { openDoor } from './node/listening.ts'
import { type Figures, openFigures } from './node/metrics/figures.ts'
import { type Floors, openUpTo, stepNames } from './node/opening.ts'
import { openPortal, portalFolder } from './node/portal.ts'
import { type Production, readyProduction } from './node/production.ts'
import { seedDemo } from './node/seed.ts'
import { writeServerFile } from './node/server-file.ts'
import { openSteps, type Say, type Steps } from './node/steps.ts'
import { graceMs, stopInOrder } from './node/stopping.ts'
import { versionOf } from './node/version.ts'

export interface NodeOptions {
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Log
  readonly print: Say
  /** False where the data may be lost, as in tests: nothing is flushed by the database. */
  readonly durable?: boolean
  readonly onFatal?: (exitCode: number) => void
  /** What this machine can put a worker in, found out when it is left out. */
  readonly sandbox?: Promise<Sandbox>
  /** Folder of the rules; the one that is shipped when it is left out. */
  readonly policies?: string
  /** Where `env:` references of a configuration are looked up; nothing when it is left out. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Ends an opening that waits for something. */
  readonly stopping?: AbortSignal
  /** Of the log; tests put failing disks here. */
  readonly storage?: Ground['storage']
  /** What stands before the clear area; tests make it full or late here. */
  readonly clearArea?: Ground['clearArea']
  /** Where another node runs on this home: listens, and opens when that one has stopped, or rejects when this aborts. */
  readonly takeOver?: AbortSignal
  /** How long the door still answers when the node stops; tests do not wait for it. */
  readonly lingerMs?: number
}

export interface Node extends Closable {
  readonly url: string
  readonly house: House
  /** The project that the full demo seeds. */
  readonly project: string | null
  /** Address of the demo issuer; null in production. */
  readonly issuer: string | null
}

/**
 * Opens a node. HTTP listens from the first moment and answers 503 until all is open. When it rejects, what was opened is
 * closed again; a StartError is one line for the operator.
 */
export async function openNode(options: NodeOptions): Promise<Node> {
  const closing = new Closing(options.log)
  try {
    return await openFloors(options, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function openFloors(options: NodeOptions, closing: Closing): Promise<Node> {
  const { settings, clock } = options
  let isFatal = false
  const onFatal = (exitCode: number) => {
    isFatal = true
    options.onFatal?.(exitCode)
  }
  const folder = options.policies ?? pathOf('../policies')
  const sandbox = options.sandbox ?? machineSandbox()
  const { mode } = settings
  const production = await productionOf(options, await sandbox)
  const ground = groundOf(options, { closing, onFatal, sandbox })
  const demo = mode.kind === 'demo' ? mode.demo : null
  const isFull = demo === 'full'
  const steps = openSteps(
    Object.values(stepNames).filter(
      (name) => (isFull || name !== stepNames.demo) && (options.takeOver || name !== stepNames.takeOver),
    ),
    options.print,
  )
  const figures = closing.keep('figures', openFigures(clock))
  const doorway = doorwayOf(settings)
  const listen = async () => {
    const { lingerMs } = options
    const address = {
      ...listeningOf(settings, production),
      ...doorway,
      ...(lingerMs !== undefined && { lingerMs }),
    }
    return closing.keep('http', await openDoor(address, createWaitingApp(steps, doorway)))
  }
  const { takeOver } = options
  if (takeOver === undefined) await openHome(ground)
  const door = await listen()
  if (takeOver !== undefined) await steps.run(stepNames.takeOver, () => takeOverHome(ground, takeOver))
  const address = production?.configuration.address ?? door.url
  closing.keep('server file', await writeServerFile(settings.home, { url: address, pid: process.pid }))
  const floors = await openUpTo(ground, { settings, steps, folder, address, production, figures })
  const box = await sandbox
  const isBoxed = box.kind !== 'none'
  const hasGroups = box.kind !== 'none' && box.groups !== undefined
  const metrics = figures.metrics(figuresOn(floors, { settings, clock, isBoxed, production, steps }))
  const house = { ...(await houseOf(floors, { steps, address, options })), metrics, isBoxed, hasGroups }
  const project = isFull
    ? await steps.run(stepNames.demo, () => seedDemo(house, floors.identity.accounts), notedProject)
    : null
  const shellPage = await steps.run(stepNames.portal, () => openPortal(options.log), notedPortal)
  const app = createApp(await withPages(house, { demo, project, isBoxed, shellPage }), routes)
  steps.ready = true
  door.serve(app)
  return {
    url: door.url,
    house,
    project,
    issuer: floors.identity.issuer,
    close: () => {
      const sendAway = () => {
        steps.ready = false
        void house.events.close()
        door.leave(createWaitingApp(steps, { ...doorway, rule: 'node.stopping' }))
      }
      const { running } = house.query
      return stopInOrder({ sendAway, running, door, closing, graceMs: isFatal ? 0 : graceMs })
    },
  }
}

/** Null for a demo. */
async function productionOf(
  { settings: { mode, home }, clock, log, environment = {} }: NodeOptions,
  sandbox: Sandbox,
): Promise<Production | null> {
  if (mode.kind === 'demo') return null
  return readyProduction(mode.configuration, { home, sandbox, clock, log, environment })
}

function groundOf(
  { settings: { home }, clock, log, durable = true, stopping, storage, clearArea }: NodeOptions,
  made: Pick<Ground, 'closing' | 'onFatal' | 'sandbox'>,
): Ground {
  return { home, clock, log, durable, stopping, storage, clearArea, ...made }
}

/** A demo is for this machine alone. */
function listeningOf({ port }: Settings, production: Production | null) {
  if (production === null) return { host: '127.0.0.1', port }
  const { configuration, tls } = production
  return { host: configuration.host, port, ...(tls !== undefined && { tls }) }
}

const notedProject = (project: string) => `projet ${project}`
const notedPortal = (page: string | null) =>
  page === null ? 'non construit : l’API répond, les pages non' : ''

interface HouseOf {
  readonly steps: Steps
  readonly address: string
  readonly options: NodeOptions
}

async function houseOf(
  { keys, evidence, identity, rooms }: Floors,
  { steps, address, options }: HouseOf,
): Promise<Omit<House, 'metrics' | 'isBoxed' | 'hasGroups'>> {
  const { log } = options
  const doorway = doorwayOf(options.settings)
  const { stopSessions } = rooms.query.running
  const personalTokens = { ...rooms.habilitation, personalTokens: identity.personalTokens, stopSessions }
  return {
    ...rooms,
    ...evidence,
    keys,
    personalTokens,
    accounts: identity.known,
    passports: identity.passports,
    tokens: withPersonalTokens(identity.tokens, personalTokens),
    sessions: identity.sessions,
    devices: identity.devices,
    logouts: identity.logouts,
    logins: identity.logins,
    links: identity.links,
    log,
    readiness: steps,
    limits: openLimits(doorway.limits, doorway),
    events: openEventStreams({ log, sessions: identity.sessions }),
    portal: {
      startPage: '',
      assets: pathOf('portal/assets'),
      shellPage: null,
      built: portalFolder,
      demoProject: null,
    },
    policy: rooms.habilitation.rulebook.sha256,
    version: versionOf(),
    address,
  }
}

interface Figured extends Pick<NodeOptions, 'settings' | 'clock'> {
  readonly isBoxed: boolean
  readonly production: Production | null
  readonly steps: Steps
}

function figuresOn(
  { store, evidence, engine, rooms }: Floors,
  { settings, production, steps, ...on }: Figured,
): Parameters<Figures['metrics']>[0] {
  const certificate = production?.tls?.cert
  return {
    ...{ ...on, ...evidence, store, readiness: steps, home: settings.home, turns: rooms.query.turns },
    vault: engine.vault,
    ...(certificate !== undefined && { certificate }),
  }
}

async function withPages(
  house: House,
  {
    shellPage,
    ...facts
  }: Pick<StartPageFacts, 'demo' | 'project' | 'isBoxed'> & { readonly shellPage: string | null },
): Promise<House> {
  const template = await readFile(pathOf('portal/start.html'), 'utf8')
  const page = startPage(template, { version: house.version, address: house.address, ...facts })
  return { ...house, portal: { ...house.portal, startPage: page, shellPage, demoProject: facts.project } }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

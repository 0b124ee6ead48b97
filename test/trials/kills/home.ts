/** One home: lives of its node, each with kills of its parts, ended by a kill of the node or of its database. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { deposit, grant } from '../../contract/study.ts'
import type { Answer } from '../../contract/system.ts'
import type { Seen } from '../processes.ts'
import { Judge } from './judge.ts'
import { Load } from './load.ts'
import { Supervisor } from './supervisor.ts'
import { Told } from './told.ts'
import { strike, type Victim, victimsOf } from './victims.ts'

export interface HomeKills {
  kills: number
  readonly killed: string[]
  readonly told: Told
  entries: number
  readonly startMs: number[]
  readonly backMs: number[]
  readonly exits: number[]
  readonly faults: string[]
}

export interface Wanted {
  readonly home: string
  readonly random: () => number
  readonly kills: number
  readonly sources: string | undefined
}

export interface Watching {
  say(line: string): void
  onHome(home: HomeKills): void
  /** After each life. */
  onLife(): void
}

const partsPerLife = 6
/** A query is answered again within this, also on a machine that has much else to do; how long it took is told. */
const patienceMs = 60_000
/** A node whose lease is lost ends by itself within this. */
const fatalMs = 10_000
const lease = 71

/** A node with a dataset and projects, its clients, and its judge. */
export interface Rig {
  readonly lives: Lives
  readonly judge: Judge
  readonly load: Load
  readonly node: Supervisor
  readonly found: HomeKills
  close(): Promise<void>
}

export async function rigged(
  wanted: Pick<Wanted, 'home' | 'random'> & Partial<Pick<Wanted, 'sources'>> & { readonly projects: number },
): Promise<Rig> {
  const { home, random, sources } = wanted
  const node = await Supervisor.on({ home, ...(sources !== undefined && { sources }) })
  const told = new Told()
  const found: HomeKills = {
    kills: 0,
    killed: [],
    told,
    entries: 0,
    startMs: [],
    backMs: [],
    exits: [],
    faults: [],
  }
  try {
    await node.start()
    await deposit(node)
    const projects: string[] = []
    while (projects.length < wanted.projects) projects.push((await grant(node)).project)
    const load = new Load({ call: told.hearing(node.call), told, projects, random, url: node.url })
    const judge = new Judge({ home, call: node.call, told, projects, killed: found.killed })
    const lives = new Lives({ node, load, random, project: projects[0] ?? '' }, found)
    const close = async () => {
      await load.end()
      await node.close()
    }
    return { lives, judge, load, node, found, close }
  } catch (error) {
    await node.close()
    throw error
  }
}

export async function killHome(wanted: Wanted, watching: Watching): Promise<void> {
  const { random, kills } = wanted
  const rig = await rigged({ ...wanted, projects: 2 })
  const { lives, judge, load, node, found } = rig
  watching.onHome(found)
  try {
    while (found.kills < kills) {
      const parts = Math.min(kills - found.kills - 1, Math.floor(random() * (2 * partsPerLife + 1)))
      const known = found.faults.length
      const before = await lives.live({ parts })
      const faults = [...(await judge.log()), ...judge.ends()]
      // One start in four is cut as well.
      if (found.kills < kills && random() < 0.25) await lives.cutStart()
      await lives.startAgain()
      faults.push(...(await judge.start(before)), ...load.faults.splice(0))
      found.faults.push(
        ...faults.map((what) => `after kill ${found.kills} (${found.killed.at(-1)}): ${what}`),
      )
      found.entries = judge.size
      for (const what of found.faults.slice(known)) watching.say(what)
      if (found.faults.length > known) watching.say(`killed: ${found.killed.slice(-20).join(', ')}`)
      watching.onLife()
    }
    await load.end()
    const status = await node.kill('SIGTERM')
    if (status !== 0) found.faults.push(`a stop without kills ended with ${status}`)
    found.faults.push(...(await judge.log()), ...judge.ends(true))
  } finally {
    await rig.close()
  }
}

/** How a life ends; by chance when `end` is left out. */
interface Life {
  /** Kills of parts before. */
  readonly parts: number
  readonly end?: End
}

type End = 'node' | 'node and all' | 'node and server' | 'postmaster' | 'backend'

const ends: readonly (readonly [End, number])[] = [
  ['postmaster', 0.2],
  ['backend', 0.35],
  ['node and all', 0.5],
  ['node and server', 0.65],
  ['node', 1],
]

interface LifeNeeds {
  readonly node: Supervisor
  readonly load: Load
  readonly random: () => number
  readonly project: string
}

class Lives {
  readonly #needs: LifeNeeds
  readonly #found: HomeKills

  constructor(needs: LifeNeeds, found: HomeKills) {
    this.#needs = needs
    this.#found = found
  }

  /** One life under load, ended by a kill; hands back who was there when it ended. */
  async live({ parts, end }: Life): Promise<readonly Seen[]> {
    const { node, load, random } = this.#needs
    load.on()
    for (let i = 0; i < parts && node.isRunning; i += 1) {
      await wait(this.#moment())
      await this.#killPart()
    }
    await wait(this.#moment())
    const chance = random()
    const below = await this.#killNode(end ?? ends.find(([, upTo]) => chance < upTo)?.[0] ?? 'node')
    await load.off()
    return below
  }

  /** A start that is killed while it opens. */
  async cutStart(): Promise<void> {
    const { node, random } = this.#needs
    node.spawn()
    await wait(random() * 1500)
    await node.kill()
    this.#count('start')
  }

  async startAgain(): Promise<void> {
    this.#found.startMs.push(await this.#needs.node.start())
  }

  /** Most kills come soon, some when much has happened. */
  #moment(): number {
    const { random } = this.#needs
    return random() < 0.9 ? random() * 200 : random() * 2000
  }

  #count(kind: string): void {
    this.#found.kills += 1
    this.#found.killed.push(kind)
  }

  /** A worker, or a connection; sometimes two at once. The node lives on, and answers again. */
  async #killPart(): Promise<void> {
    const { node, random } = this.#needs
    const all = (await victimsOf(node.pid)).filter(({ kind }) => kind !== 'postmaster' && kind !== 'backend')
    for (let left = random() < 0.15 ? 2 : 1; left > 0; left -= 1) {
      const victim = chosen(all, random)
      if (victim === undefined) return
      strike(victim)
      this.#count(victim.kind)
    }
    await this.#back()
  }

  /** A query of the life is answered again; unless the connection was that of the lease, and the node ends. */
  async #back(): Promise<void> {
    const { node, project } = this.#needs
    const from = performance.now()
    let last: Answer | null = null
    while (node.isRunning && performance.now() - from < patienceMs) {
      const body = { sql: 'SELECT count(*) AS n FROM patients', id: randomUUID() }
      last = await node
        .call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body })
        .catch(() => null)
      if (last?.status === 200) {
        this.#found.backMs.push(performance.now() - from)
        return
      }
      await wait(5)
    }
    const what = `queries are not answered again after a kill of a part: ${last?.status} ${last?.json?.code}`
    if (node.isRunning) this.#found.faults.push(what)
  }

  async #killNode(end: End): Promise<readonly Seen[]> {
    const { node } = this.#needs
    if (!node.isRunning) return this.#ended([])
    const victims = await victimsOf(node.pid)
    const below = await node.freeze()
    if (end === 'postmaster' || end === 'backend') {
      process.kill(node.pid, 'SIGCONT')
      for (const victim of victims.filter(({ kind }) => kind === end).slice(0, 1)) strike(victim)
      this.#count(end)
      return this.#ended(below)
    }
    const isAlong = ({ kind }: Victim) =>
      end === 'node and all' ? kind !== 'connection' : end === 'node and server' && kind === 'postmaster'
    for (const victim of victims.filter(isAlong)) strike(victim)
    await node.kill()
    this.#count(end)
    return below
  }

  /** The node is to end by itself, and to say that it was the lease. */
  async #ended(below: readonly Seen[]): Promise<readonly Seen[]> {
    const { node } = this.#needs
    const status = await Promise.race([node.ended, wait(fatalMs, 'alive' as const)])
    if (status === 'alive') {
      this.#found.faults.push('a node whose database was killed does not end')
      await node.kill()
    } else {
      this.#found.exits.push(status ?? -1)
      if (status !== lease) this.#found.faults.push(`a node whose database was killed ended with ${status}`)
    }
    return below
  }
}

/** Each kind as often as another, however many there are of it. */
function chosen(all: readonly Victim[], random: () => number): Victim | undefined {
  const kinds = [...new Set(all.map(({ kind }) => kind))]
  const kind = kinds[Math.floor(random() * kinds.length)]
  const of = all.filter((one) => one.kind === kind)
  return of[Math.floor(random() * of.length)]
}

/**
 * One client runs bombs on its project without pause; clients of another project ask small questions, in blocks with and without it
 * beside them. Their 99th percentile stays within twice that of the calm blocks, none fails, and the bombed bulle answers again soon.
 */
import { study as bombed } from '../contract/revocation.ts'
import { deposit, grant } from '../contract/study.ts'
import { type System, startSystem } from '../contract/system.ts'
import { bombs } from './bombs.ts'

export interface Figures {
  readonly calm: Spread
  readonly beside: Spread
  readonly ratio: number
  /** What the bombs were told: code, and how often. */
  readonly told: Readonly<Record<string, number>>
  /** From the end of a bomb to the answer of a small question on the same bulle, in ms. */
  readonly back: Spread
  readonly errors: readonly string[]
}

interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

interface Size {
  /** Blocks of each kind, one after the other. */
  readonly blocks: number
  readonly blockMs: number
  readonly clients: number
  readonly say?: (line: string) => void
}

interface At {
  readonly system: Pick<System, 'call'>
  readonly project: string
}

const small = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex'

/** A question by HTTP; its ms, and what went wrong. */
async function ask({ system, project }: At, sql: string, signal?: AbortSignal) {
  const began = performance.now()
  const { status, json } = await system.call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql },
    ...(signal && { signal }),
  })
  const word = status === 200 ? 'answered' : String(json?.code ?? status)
  return { ms: performance.now() - began, word }
}

/** Asks small questions until the time is over. */
async function block(at: At, { blockMs, clients }: Size) {
  const until = performance.now() + blockMs
  const asked: Awaited<ReturnType<typeof ask>>[] = []
  const client = async () => {
    while (performance.now() < until) asked.push(await ask(at, small))
  }
  await Promise.all(Array.from({ length: clients }, client))
  return asked
}

interface Bomber {
  readonly told: Record<string, number>
  readonly back: number[]
  stop(): Promise<void>
}

/** One bomb after the other, each given two seconds by its client; every tenth time the bulle is asked a small question after it. */
function bomb(at: At): Bomber {
  const told: Record<string, number> = {}
  const back: number[] = []
  const stopped = new AbortController()
  const all = Object.entries(bombs)
  const lane = async (from: number) => {
    for (let turn = from; !stopped.signal.aborted; turn += 1) {
      const [name = '', sql = ''] = all[turn % all.length] ?? []
      const patience = AbortSignal.any([stopped.signal, AbortSignal.timeout(2000)])
      const { word } = await ask(at, sql, patience).catch(() => ({ word: 'cut' }))
      const key = `${name}: ${word}`
      told[key] = (told[key] ?? 0) + 1
      if (turn % 5 === 0 && !stopped.signal.aborted) {
        const { ms } = await ask(at, 'SELECT count(*) AS n FROM visits')
        back.push(ms)
      }
    }
  }
  // Side by side with the same: what serves everybody has two places.
  const lanes = [lane(0), lane(0)]
  return {
    told,
    back,
    async stop() {
      stopped.abort()
      await Promise.all(lanes)
    },
  }
}

export async function main(size: Size): Promise<Figures> {
  const { blocks, say = () => {} } = size
  const system = await startSystem()
  try {
    const { project: hostile } = await bombed(system)
    await deposit(system)
    const { project } = await grant(system)
    const at = { system, project }
    await block(at, { ...size, blockMs: 1000 })
    const calm: number[] = []
    const beside: number[] = []
    const errors: string[] = []
    const told: Record<string, number> = {}
    const back: number[] = []
    const take = (into: number[], asked: Awaited<ReturnType<typeof block>>) => {
      into.push(...asked.map(({ ms }) => ms))
      errors.push(...asked.flatMap(({ word }) => (word === 'answered' ? [] : [word])))
    }
    for (let done = 1; done <= blocks; done += 1) {
      take(calm, await block(at, size))
      const bomber = bomb({ system, project: hostile })
      take(beside, await block(at, size))
      await bomber.stop()
      back.push(...bomber.back)
      for (const [key, count] of Object.entries(bomber.told)) told[key] = (told[key] ?? 0) + count
      say(`${done}/${blocks} calm ${JSON.stringify(spread(calm))} beside ${JSON.stringify(spread(beside))}`)
    }
    const ratio = spread(beside).p99 / spread(calm).p99
    return { calm: spread(calm), beside: spread(beside), ratio, told, back: spread(back), errors }
  } finally {
    await system.remove()
  }
}

function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

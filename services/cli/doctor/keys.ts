/** Files of keys: there, and nobody else’s to read. */
import { chmod, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { both, type Check, fine, wrong } from './check.ts'
import { newestShard } from './log-files.ts'

export const keyFiles: Check = {
  name: 'keys',
  async look({ home }) {
    const folder = join(home, 'keys')
    const shard = await newestShard(home)
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const ofLog = [`audit-${shard}.pem`, `audit-${shard}.pem.sealed`].map((name) => join(folder, name))
    if (shard !== null && !ofLog.some((path) => files.includes(path)))
      return wrong(
        both(`la clé du journal ${shard} manque`, `the key of log ${shard} is missing`),
        both('rendez keys/ depuis la sauvegarde', 'restore keys/ from the backup'),
      )
    const states = await Promise.all(files.map(async (path) => ({ path, mode: (await stat(path)).mode })))
    const open = states.filter(({ mode }) => (mode & 0o077) !== 0).map(({ path }) => path)
    if (open.length === 0) return fine(both(`${files.length} fichiers`, `${files.length} files`))
    return {
      ...wrong(
        both(`lisibles par d’autres : ${open.length} fichiers`, `readable by others: ${open.length} files`),
        both('chmod 600, ou huisclos doctor --fix', 'chmod 600, or huisclos doctor --fix'),
      ),
      fix: async () => void (await Promise.all(open.map((path) => chmod(path, 0o600)))),
    }
  },
}

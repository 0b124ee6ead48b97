/** The SQL engine: it loads, it is the one that was looked at, and how results leave it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { probeArrowRoute } from '../../engine/arrow-probe.ts'
import { capabilities, engineVersion } from '../../engine/capabilities.ts'
import { both, type Check, fine, worth, wrong } from './check.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '..', '..', '..')

/** What the engine says of itself, asked in a process of its own: a foreign library that crashes takes nothing along. */
const question = `
  const { DuckDBInstance, version } = require('duckdb')
  DuckDBInstance.create(':memory:').then(async (instance) => {
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll(
      'SELECT DISTINCT function_name, function_type FROM duckdb_functions() WHERE internal')
    process.stdout.write(JSON.stringify({ version: version(), functions: reader.getRowsJson() }))
  })`

export interface Seen {
  readonly version: string
  readonly functions: readonly (readonly [name: string, kind: string])[]
}

/** Rejects where the engine does not load or does not run. */
async function askEngine(): Promise<Seen> {
  const { stdout } = await run(process.execPath, ['-e', question], {
    cwd: folder,
    timeout: 15_000,
    maxBuffer: 16 * 1024 ** 2,
  })
  return JSON.parse(stdout)
}

export const engine = (ask: () => Promise<Seen> = askEngine): Check => ({
  name: 'engine',
  isHeavy: true,
  async look() {
    const seen = await ask().catch(() => null)
    if (seen === null)
      return wrong(
        both('DuckDB ne se charge pas', 'DuckDB does not load'),
        both('npm ci ; glibc ≥ 2.28', 'npm ci; glibc ≥ 2.28'),
      )
    return seen.version === engineVersion()
      ? fine(`DuckDB ${seen.version}`)
      : wrong(
          both(
            `DuckDB ${seen.version} ; attendu ${engineVersion()}`,
            `DuckDB ${seen.version}; expected ${engineVersion()}`,
          ),
          'npm ci',
        )
  },
})

/** A function that nobody has looked at is refused, and one that is gone breaks what was allowed (security.md 8). */
export const engineSnapshot = (ask: () => Promise<Seen> = askEngine): Check => ({
  name: 'engine snapshot',
  isHeavy: true,
  async look() {
    const { functions } = await ask()
    const live = new Set(functions.map(([name, kind]) => `${kind} ${name}`))
    const kept = new Set(capabilities.map(({ name, kind }) => `${kind} ${name}`))
    const apart =
      [...live].filter((one) => !kept.has(one)).length + [...kept].filter((one) => !live.has(one)).length
    return apart === 0
      ? fine(both(`${live.size} fonctions, toutes classées`, `${live.size} functions, all classified`))
      : wrong(
          both(
            `${apart} fonctions ne sont pas celles du relevé`,
            `${apart} functions are not those of the snapshot`,
          ),
          'npm ci',
        )
  },
})

/** The slow way reads the same values. */
export const arrow = (probe: () => Promise<string> = probeArrowRoute): Check => ({
  name: 'arrow',
  isHeavy: true,
  async look() {
    const route = await probe().catch(() => 'crash')
    return route === 'direct'
      ? fine(both('de mémoire à mémoire', 'memory to memory'))
      : worth(both(`valeur par valeur, plus lent (${route})`, `value by value, slower (${route})`), 'npm ci')
  },
})

/** `npm run bench [-- small] [-- health]`: one line per goal (of one suite, when it is named), `name value unit reference ratio`, and JSON under bench/results/. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { benchAudit, benchVerify } from './audit.ts'
import { benchBulle } from './bulle.ts'
import { benchDeposits } from './deposit.ts'
import { benchHealth } from './health.ts'
import { benchQueries } from './query.ts'
import { benchSearch } from './search.ts'
import type { Line } from './stats.ts'

const isSmall = process.argv.includes('small')
const sizes = isSmall
  ? {
      persons: 2000,
      rows: 20_000,
      rounds: 5,
      entries: 50_000,
      found: 200_000,
      stays: 200_000,
      sealed: 200_000,
      turns: 3,
    }
  : {
      persons: 20_000,
      rows: 200_000,
      rounds: 15,
      entries: 1_000_000,
      found: 5_000_000,
      stays: 10_000_000,
      sealed: 10_000_000,
      turns: 3,
    }

const folder = new URL('../../bench/results/', import.meta.url).pathname
const begun = new Date().toISOString()
const load = loadavg()
const show = (figure: number) => (figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3))

const lines: Line[] = []
const suites: Readonly<Record<string, () => Promise<readonly Line[]> | AsyncIterable<Line>>> = {
  query: () => benchQueries(sizes.persons, sizes.rounds),
  audit: async function* () {
    for (const callers of [1, 32, 256]) yield* await benchAudit(callers)
    yield await benchVerify(sizes.entries)
  },
  search: () => benchSearch(sizes.found, sizes.rounds),
  deposit: async function* () {
    yield* benchDeposits(sizes.rows, Math.ceil(sizes.rounds / 3))
    yield* benchBulle(sizes.sealed, sizes.turns)
  },
  health: () => benchHealth(sizes.stays, sizes.turns),
}
const named = Object.keys(suites).filter((name) => process.argv.includes(name))
for (const [name, suite] of Object.entries(suites)) {
  if (named.length > 0 && !named.includes(name)) continue
  for await (const line of await suite()) {
    lines.push(line)
    const { name: goal, value, unit, reference, ratio } = line
    process.stdout.write(`${goal} ${show(value)} ${unit} ${show(reference)} ${show(ratio)}\n`)
  }
}
mkdirSync(folder, { recursive: true })
const facts = { begun, node: process.version, cores: cpus().length, load, sizes, lines }
writeFileSync(`${folder}bench-${begun.replaceAll(':', '')}.json`, `${JSON.stringify(facts, null, 2)}\n`)

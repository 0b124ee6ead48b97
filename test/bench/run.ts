/** `npm run bench [-- small]`: one line per goal, `name value unit reference ratio`, and JSON under bench/results/. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { benchAudit, benchVerify } from './audit.ts'
import { benchDeposits } from './deposit.ts'
import { benchQueries } from './query.ts'
import type { Line } from './stats.ts'

const isSmall = process.argv.includes('small')
const sizes = isSmall
  ? { persons: 2000, rows: 20_000, rounds: 5, entries: 50_000 }
  : { persons: 20_000, rows: 200_000, rounds: 15, entries: 1_000_000 }

const folder = new URL('../../bench/results/', import.meta.url).pathname
const begun = new Date().toISOString()
const load = loadavg()
const show = (figure: number) => (figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3))

const lines: Line[] = []
const suites: readonly (() => Promise<readonly Line[]>)[] = [
  () => benchQueries(sizes.persons, sizes.rounds),
  () => benchAudit(1),
  () => benchAudit(32),
  () => benchAudit(256),
  async () => [await benchVerify(sizes.entries)],
  () => benchDeposits(sizes.rows, Math.ceil(sizes.rounds / 3)),
]
for (const suite of suites) {
  for (const line of await suite()) {
    lines.push(line)
    const { name, value, unit, reference, ratio } = line
    process.stdout.write(`${name} ${show(value)} ${unit} ${show(reference)} ${show(ratio)}\n`)
  }
}
mkdirSync(folder, { recursive: true })
const facts = { begun, node: process.version, cores: cpus().length, load, sizes, lines }
writeFileSync(`${folder}bench-${begun.replaceAll(':', '')}.json`, `${JSON.stringify(facts, null, 2)}\n`)

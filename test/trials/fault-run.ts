/**
 * The short form of the fault suite as a program: prints what failed, one line each, and ends with 1 when something did.
 * Argument: the seed.
 */
import { main, shortFaults } from './faults.ts'

const { failures } = await main({
  ...shortFaults,
  seed: Number(process.argv[2] ?? 1),
  isEndedByFirst: true,
  say: () => {},
})
for (const failure of failures) process.stdout.write(`${failure}\n`)
process.exit(failures.length > 0 ? 1 : 0)

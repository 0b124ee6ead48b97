/** `npm run trials [-- NAME …]`: the long suites in full, seeded; each prints its figures and writes JSON. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { runCohort } from './cohort.ts'

type Trial = (argument: string | undefined, say: (line: string) => void) => Promise<unknown>

/** `name=argument` on the command line gives a trial its argument: a folder, or `seed,count`. */
const trials: Readonly<Record<string, Trial>> = {
  cohort: async (folder, say) => {
    if (folder === undefined)
      return say('skipped: give the folder of a cohort, npm run trials -- cohort=FOLDER')
    await runCohort(folder, say)
  },
}

const folder = new URL('../../bench/results/', import.meta.url).pathname
const asked = process.argv.slice(2).map((word) => word.split('='))
const chosen = asked.length > 0 ? asked : Object.keys(trials).map((name) => [name])
mkdirSync(folder, { recursive: true })
for (const [name = '', argument] of chosen) {
  const trial = trials[name]
  if (!trial) {
    process.stderr.write(`no trial ${name}; there are ${Object.keys(trials).join(', ')}\n`)
    process.exit(64)
  }
  const lines: string[] = []
  const begun = performance.now()
  const result = await trial(argument, (line) => {
    lines.push(line)
    process.stdout.write(`${name}: ${line}\n`)
  })
  const seconds = (performance.now() - begun) / 1000
  writeFileSync(
    `${folder}trial-${name}.json`,
    `${JSON.stringify({ name, seconds, lines, result }, null, 2)}\n`,
  )
}

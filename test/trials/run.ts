/** `npm run trials [-- NAME …]`: the long suites in full, seeded; each prints its figures and writes JSON. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { rulebook } from '../habilitation/fixtures.ts'
import { main as screens } from '../portal/screens.ts'
import { inThisProcess } from '../property/engines.ts'
import { main as plans } from '../property/plans.ts'
import { timelines } from '../property/timelines.ts'
import { main as accessibility } from './accessibility.ts'
import { main as backups } from './backup.ts'
import { main as boxes } from './boxes.ts'
import { main as brokenBuilds } from './broken-builds.ts'
import { main as clauses } from './clauses.ts'
import { runCohort } from './cohort.ts'
import { main as deployment } from './deployment.ts'
import { main as depositKills } from './deposit-kills.ts'
import { main as diskFull } from './disk-full.ts'
import { main as failures } from './failures.ts'
import { main as faults, fullFaults } from './faults.ts'
import { main as fuzzHttp } from './fuzz-http.ts'
import { main as guards } from './guards.ts'
import { main as hiddenTime } from './hidden-time.ts'
import { isClean, main as keys } from './keys.ts'
import { main as killControls } from './kills/controls.ts'
import { main as kills } from './kills/kills.ts'
import { main as malformed } from './malformed.ts'
import { main as mutants } from './mutants.ts'
import { main as names } from './names.ts'
import { main as neighbours } from './neighbours.ts'
import { main as neighboursHostile } from './neighbours-hostile.ts'
import { main as oracle } from './oracle.ts'
import { main as production } from './production.ts'
import { main as restart } from './restart.ts'
import { permits, type Figures as Stopped, sessions } from './revocation.ts'
import { isSmooth, main as scroll } from './scroll.ts'
import { main as soak } from './soak.ts'
import { main as stolenDisk } from './stolen-disk.ts'
import { main as tamper } from './tamper.ts'
import { falseAlarms, tamperClasses } from './tamper-classes.ts'

type Trial = (argument: string | undefined, say: (line: string) => void) => Promise<unknown>

const seedOf = (argument: string | undefined) => Number(argument ?? 42)

/** A stop is answered by every query, within a second, and by nothing else. */
async function stopping(trial: Promise<Stopped>, say: (line: string) => void): Promise<Stopped> {
  const figures = await trial
  say(JSON.stringify(figures))
  const slowest = Math.max(figures.refused.p99, figures.ended.p99)
  if (figures.others.length + figures.notCut > 0 || slowest >= 1000) throw new Error('the trial has failed')
  return figures
}

/** Runs a seeded suite and says its figures on one line; `isClean` decides whether the trial has passed. */
function seeded<T extends object>(
  suite: (seed: number, say: (line: string) => void) => Promise<T>,
  isClean: (figures: T) => boolean,
): Trial {
  return async (argument, say) => {
    const figures = await suite(seedOf(argument), say)
    say(`seed ${seedOf(argument)}: ${JSON.stringify(figures)}`)
    if (!isClean(figures)) throw new Error('the trial has failed')
    return figures
  }
}

/** `name=argument` on the command line gives a trial its argument: a folder for the cohort, a seed for the others. */
const trials: Readonly<Record<string, Trial>> = {
  cohort: async (argument, say) => {
    if (argument === undefined)
      return say('skipped: give the folder of a cohort, npm run trials -- cohort=FOLDER')
    await runCohort(argument, say)
  },
  faults: seeded(
    (seed, say) => faults({ ...fullFaults, seed, say }),
    ({ failures }) => failures.length === 0,
  ),
  // writes docs/screens
  screens: async (_argument, say) => {
    const pictures = await screens(say)
    say(`${pictures.length} pictures in docs/screens`)
    return pictures
  },
  // writes docs/accessibility.json, which the page /accessibility shows
  accessibility: async (_argument, say) => {
    const { visits, criteria } = await accessibility(say)
    const broken = visits.filter(({ violations }) => violations.length > 0).length
    say(JSON.stringify({ visits: visits.length, criteria: criteria.length, broken }))
    if (broken > 0) throw new Error('the trial has failed')
    return { visits, criteria }
  },
  deployment: async (_argument, say) => {
    const figures = await deployment(say)
    if (figures.failed > 0 || figures.passed === 0) throw new Error('the trial has failed')
    return figures
  },
  // `seed` or `seed,count`
  'deposit-kills': async (argument = '42', say) => {
    const [seed, kills = 200] = argument.split(',').map(Number)
    const figures = await depositKills({ seed: seed ?? 42, kills, say })
    say(JSON.stringify(figures))
    if (figures.faults.length > 0) throw new Error('the trial has failed')
    return figures
  },
  // `seed` or `seed,count`
  'stolen-disk': async (argument = '42', say) => {
    const [seed = 42, kills = 12] = argument.split(',').map(Number)
    const figures = await stolenDisk({ seed, kills, say })
    say(JSON.stringify(figures))
    if (figures.readable.length > 0) throw new Error('the trial has failed')
    return figures
  },
  'disk-full': async (_argument, say) => {
    if (process.getuid?.() !== 0) return say('skipped: a disk of its own is mounted by root only')
    const figures = await diskFull(say)
    say(JSON.stringify(figures))
    if (figures.faults.length > 0) throw new Error('the trial has failed')
    return figures
  },
  // `stub`: dependencies that are always well, of which every cell must be found wrong
  failures: async (argument, say) => {
    const isStub = argument === 'stub'
    const figures = await failures(say, isStub)
    say(JSON.stringify(figures))
    if (isStub ? figures.faults.length < 5 : figures.faults.length > 0)
      throw new Error('the trial has failed')
    return figures
  },
  // `seed` or `seed,kills`
  backup: async (argument = '42', say) => {
    const [seed = 42, kills = 20] = argument.split(',').map(Number)
    const figures = await backups({ seed, kills, say })
    say(JSON.stringify(figures))
    if (figures.faults.length > 0) throw new Error('the trial has failed')
    return figures
  },
  // `times`: how often a worker is lost in each way
  boxes: async (argument, say) => {
    const figures = await boxes(42, { times: Number(argument ?? 200), say })
    say(JSON.stringify(figures))
    const slowest = Math.max(...Object.values(figures.back).map(({ p99 }) => p99))
    if (figures.faults.length > 0 || slowest > 300) throw new Error('the trial has failed')
    return figures
  },
  'broken-builds': seeded(
    (seed, say) => brokenBuilds(seed, say),
    ({ survived }) => survived.length === 0,
  ),
  clauses: async (argument, say) => {
    const figures = await clauses(argument, say)
    if (figures.survivors.length > 0) throw new Error(`nothing executes:\n${figures.survivors.join('\n')}`)
    return figures
  },
  // `seed` or `seed,count` or, for some calls again, `seed,count,from`
  'fuzz-http': async (argument = '42', say) => {
    const [seed = 42, count = 50_000, from = 0] = argument.split(',').map(Number)
    const figures = await fuzzHttp({ seed, count, from, say })
    say(JSON.stringify(figures))
    if (figures.faults.length > 0) throw new Error('the trial has failed')
    return figures
  },
  'hidden-time': async (argument, say) => {
    const figures = await hiddenTime(Number(argument ?? 300), say)
    if (figures.some(({ isAlike }) => !isAlike)) throw new Error('the trial has failed')
    return figures
  },
  guards: async (argument, say) => {
    const figures = await guards(argument, say)
    if (figures.survivors.length + figures.lost.length > 0)
      throw new Error(`nothing holds:\n${[...figures.survivors, ...figures.lost].join('\n')}`)
    return figures
  },
  keys: async (_argument, say) => {
    const figures = await keys(say)
    if (!isClean(figures) || figures.rewrapMs > 5_000 || figures.destroyMs > 1_000)
      throw new Error('the trial has failed')
    return figures
  },
  'kill-controls': seeded(
    (seed, say) => killControls(seed, say),
    ({ missed }) => missed.length === 0,
  ),
  // `seed,count` or, to go on where a run was cut, `seed,count,from`: a multiple of 100
  kills: async (argument = '42', say) => {
    const [seed = 42, count = 1000, from = 0] = argument.split(',').map(Number)
    const figures = await kills({ seed, kills: count, from, say })
    say(JSON.stringify(figures))
    if (figures.faults.length > 0) throw new Error('the trial has failed')
    return figures
  },
  malformed: seeded(
    (seed, say) => malformed(seed, 500, say),
    ({ slow, told, unread }) => slow.length + told.length + unread.length === 0,
  ),
  mutants: async (argument, say) => {
    const figures = await mutants(seedOf(argument), { honest: 300, share: 1, several: 8, say })
    say(JSON.stringify(figures))
    if (figures.differences.length > 0) throw new Error('the trial has failed')
    return figures
  },
  names: async () => {
    const figures = await names()
    if (!figures.isClean) throw new Error('the trial has failed')
    return figures
  },
  neighbours: async (argument, say) => {
    const figures = await neighbours(seedOf(argument), { statements: 1500, removals: 12, say })
    say(JSON.stringify(figures))
    if (figures.different.length > 0) throw new Error('the trial has failed')
    return figures
  },
  // `blocks`: how many of each kind, ten seconds long
  'neighbours-hostile': async (argument, say) => {
    const size = { blocks: Number(argument ?? 12), blockMs: 10_000, clients: 2 }
    const figures = await neighboursHostile({ ...size, say })
    say(JSON.stringify(figures))
    if (figures.errors.length > 0 || figures.ratio > 2) throw new Error('the trial has failed')
    return figures
  },
  plans: seeded(
    async (seed) => ({ small: await plans(seed, 500, 400), large: await plans(seed, 500, 4000) }),
    ({ small, large }) => small.different.length + large.different.length === 0,
  ),
  restart: async (argument, say) => {
    const figures = await restart({ rounds: Number(argument ?? 20), say })
    say(JSON.stringify(figures))
    const isClean = figures.errors.length + figures.faults.length === 0
    if (!isClean || figures.exits.some((status) => status !== 0)) throw new Error('the trial has failed')
    return figures
  },
  production: async (_argument, say) => production(say),
  // `rows` of the answer
  scroll: async (argument, say) => {
    const figures = await scroll(Number(argument ?? 100_000), say)
    if (!isSmooth(figures)) throw new Error('the trial has failed')
    return figures
  },
  revocation: (argument, say) => stopping(permits({ rounds: Number(argument ?? 20), queries: 50 }, say), say),
  'session-closure': (argument, say) =>
    stopping(sessions({ rounds: Number(argument ?? 20), queries: 50 }, say), say),
  soak: async (argument, say) => {
    const figures = await soak({ minutes: Number(argument ?? 60), say })
    say(JSON.stringify(figures))
    if (figures.faults.length > 0) throw new Error('the trial has failed')
    return figures
  },
  'soak-control': async (argument, say) => {
    const figures = await soak({ minutes: Number(argument ?? 5), isLeaking: true, say })
    say(JSON.stringify(figures))
    if (!figures.faults.some((what) => what.endsWith('Mb grows'))) throw new Error('a leak was not reported')
    return figures
  },
  tamper: seeded(
    (seed) => tamper(seed, 1),
    ({ missed }) => missed.length === 0,
  ),
  timelines: seeded(
    async (seed) => timelines(await rulebook(), seed, 10_000),
    ({ faults }) => faults.length === 0,
  ),
  'tamper-classes': seeded(
    (seed) => tamperClasses(seed, 200),
    (figures) =>
      Object.values(figures).every(({ tried, detected, named }) => detected === tried && named === tried),
  ),
  'false-alarms': seeded(
    async (seed) => ({ alarms: await falseAlarms(seed, 200) }),
    ({ alarms }) => alarms.length === 0,
  ),
  oracle: async (argument, say) => {
    const { seed, from, count } = oracleOf(argument)
    const options = { engines: inThisProcess, lanes: 3, from, say }
    const figures = await oracle(seed, count, options)
    say(JSON.stringify(figures))
    if (figures.faults.length > 0) throw new Error('the trial has failed')
    return figures
  },
}

/** `seed`, `seed,count`, `seed,count,from` to go on where a run was cut, or `seed@number` for one statement again. */
function oracleOf(argument = '42'): { seed: number; from: number; count: number } {
  const [, seed, count, from, number] = /^(\d+)(?:,(\d+)(?:,(\d+))?|@(\d+))?$/.exec(argument) ?? []
  if (seed === undefined)
    throw new Error('oracle=SEED, oracle=SEED,COUNT, oracle=SEED,COUNT,FROM or oracle=SEED@NUMBER')
  const many = number === undefined ? Number(count ?? 10_000) : 1
  return { seed: Number(seed), from: Number(number ?? from ?? 0), count: many }
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

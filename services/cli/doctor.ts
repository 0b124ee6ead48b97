/** `huisclos doctor`: what stands in the way of a node on this machine, each with its remedy. */
import { readServerFile } from '../node/server-file.ts'
import { databaseFacts } from '../store/database-facts.ts'
import { type About, type Check, databaseUrlOf } from './doctor/check.ts'
import { checks as allChecks } from './doctor/checks.ts'
import { type Looked, type Running, runChecks } from './doctor/run.ts'
import { shippedPolicies } from './policies.ts'

export interface DoctorOptions {
  /** One document instead of lines. */
  readonly json?: boolean
  /** Puts right what can be put right without losing anything. */
  readonly fix?: boolean
}

export interface Patient extends Pick<About, 'home' | 'environment' | 'now'> {
  readonly print: (line: string) => void
  /** A word while a check takes its time. */
  readonly progress?: (line: string) => void
  /** How long one check and all of them may take; some 20 s together when left out. */
  readonly limits?: Pick<Running, 'limitMs' | 'totalMs' | 'slowMs'>
  /** What is looked at; everything when left out. */
  readonly checks?: readonly Check[]
}

const usual = { limitMs: 9_000, totalMs: 18_000, slowMs: 2_000 }

/** Looks at everything. False when something severe is wrong and was not put right. */
export async function doctor(
  patient: Patient,
  { json = false, fix = false }: DoctorOptions = {},
): Promise<boolean> {
  const { print, progress = () => {}, limits = usual, checks = allChecks } = patient
  const looked = await runChecks(checks, await aboutOf(patient), {
    ...limits,
    onLooked: (one) => (json ? undefined : linesOf(one).forEach(print)),
    onSlow: (name) => progress(`… ${name}`),
  })
  const fixed = new Set<string>()
  if (fix) for (const one of looked) if (await putRight(one)) fixed.add(one.name)
  if (json)
    print(
      JSON.stringify({ checks: looked.map((one) => documentOf(one, fixed)), isWell: isWell(looked, fixed) }),
    )
  else for (const name of fixed) print(`✔ ${name} : réparé / put right`)
  return isWell(looked, fixed)
}

async function aboutOf({ home, environment, now }: Patient): Promise<About> {
  let facts: ReturnType<About['database']> | undefined
  const about = {
    home,
    environment,
    now,
    root: '/',
    policies: shippedPolicies,
    server: await readServerFile(home),
  }
  const askDatabase = async () => {
    const url = await databaseUrlOf(about)
    return url === null ? null : databaseFacts(url)
  }
  return {
    ...about,
    database: () => {
      facts ??= askDatabase()
      return facts
    },
  }
}

function linesOf({ name, finding }: Looked): readonly string[] {
  const mark = finding.ok ? '✔' : finding.severe ? '✘' : '!'
  const { fr, en } = finding.seen
  const line = `${mark} ${name.padEnd(16)} ${fr === en ? fr : `${fr} / ${en}`}`
  if (finding.ok) return [line]
  const { remedy } = finding
  return [line, `  → ${remedy.fr}`, ...(remedy.fr === remedy.en ? [] : [`  → ${remedy.en}`])]
}

function documentOf({ name, finding, ms }: Looked, fixed: ReadonlySet<string>): object {
  const state = finding.ok ? 'fine' : finding.severe ? 'wrong' : 'worth'
  const told = { name, state, seen: finding.seen, ms }
  if (finding.ok) return told
  return { ...told, remedy: finding.remedy, ...(fixed.has(name) && { fixed: true }) }
}

/** False where there is nothing to do, or where it did not succeed: then it is told as it was found. */
async function putRight({ finding }: Looked): Promise<boolean> {
  if (finding.ok || finding.fix === undefined) return false
  return finding.fix().then(
    () => true,
    () => false,
  )
}

function isWell(looked: readonly Looked[], fixed: ReadonlySet<string>): boolean {
  return looked.every(({ name, finding }) => finding.ok || !finding.severe || fixed.has(name))
}

/** Where a draft stands, page by page of the form: what each asks for, what it lacks, in both languages. Pure. */
import type { Missing } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import { type Around, askedOf } from './form/asked.ts'
import { aboutOf, type StepName, steps } from './form/field.ts'
import { type Body, body as schema } from './request.ts'

type Check = 'technical' | 'semantic' | 'contextual'

interface Item {
  readonly path: string
  readonly check: Check
  readonly fr: string
  readonly en: string
}

interface StepProgress {
  readonly step: StepName
  /** Fields that this page asks of this project, and those of them that lack nothing. */
  readonly asked: number
  readonly done: number
  readonly percent: number
  readonly missing: readonly Item[]
  /** What stops nothing and helps the reader. */
  readonly advice: readonly Item[]
}

export interface Progress {
  readonly percent: number
  readonly complete: boolean
  readonly steps: readonly StepProgress[]
}

/** The checks of governance.md 4: all that is not listed is about this project and its route. */
const checks: Readonly<Record<string, Check>> = {
  required: 'technical',
  form: 'technical',
  code: 'technical',
  duplicate: 'technical',
  dates: 'technical',
  dataset: 'technical',
  table: 'technical',
  column: 'technical',
  filter: 'technical',
  long: 'semantic',
  short: 'semantic',
  label: 'semantic',
  copy: 'semantic',
  language: 'semantic',
}

/** What this body lacks, as `missing` said it, sorted by page and counted. */
export function progressOf(
  body: Body,
  { missing, advice }: { missing: readonly Missing[]; advice: readonly Missing[] },
  around: Around,
): Progress {
  const asked = askedOf(body, around)
  const all = steps.map((step): StepProgress => {
    const here = missing.filter(({ path }) => stepOf(path) === step)
    const lacking = new Set(here.map(({ path }) => rootOf(path)))
    const fields = new Set([...asked.filter((field) => stepOf(field) === step), ...lacking])
    return {
      step,
      ...counted(fields.size, fields.size - lacking.size),
      missing: here.map(itemOf),
      advice: advice.filter(({ path }) => stepOf(path) === step).map(itemOf),
    }
  })
  const total = (count: (step: StepProgress) => number) => all.reduce((sum, one) => sum + count(one), 0)
  const { percent } = counted(
    total((one) => one.asked),
    total((one) => one.done),
  )
  return { percent, complete: missing.length === 0, steps: all }
}

function counted(asked: number, done: number) {
  return { asked, done, percent: asked === 0 ? 100 : Math.floor((100 * done) / asked) }
}

/** `lines[0].dataset` → `lines`. */
function rootOf(path: string): string {
  return /^\w+/.exec(path)?.[0] ?? ''
}

/** The page of a field; a path that names none is shown on the first. */
function stepOf(path: string): StepName {
  const field = new Map(Object.entries(schema.shape)).get(rootOf(path))
  return field === undefined ? steps[0] : aboutOf(field).step
}

function itemOf({ path, message, sentence }: Missing): Item {
  // What the dataset room says of a filter is a rule of form, in its own words.
  if (sentence === undefined) return { path, check: 'technical', fr: message, en: message }
  const check = checks[sentence.key.replace('missing.', '')] ?? 'contextual'
  return { path, check, fr: say('fr', sentence), en: say('en', sentence) }
}

/** Mutation testing of the clauses of a permit: what executes each is taken away in a copy, and the test of that clause must turn red. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { clauses } from '../clauses/clauses.ts'
import { objectsOf } from '../clauses/schema.ts'
import { stopping } from '../clauses/stopping.ts'
import start from '../start.ts'
import stop from '../stop.ts'
import { areGreen, inCopy, type Replacement, root, withTexts } from './copy.ts'

interface Mutant {
  readonly name: string
  readonly taken: readonly Replacement[]
  readonly test: string
  /** Of the tests of that file that should see it, as a regular expression. */
  readonly seenBy: string
}

export interface Tally {
  readonly mutants: number
  readonly red: number
  /** Clauses that nothing executes as far as the tests know. */
  readonly survivors: readonly string[]
}

const test = 'test/clauses/clauses.test.ts'
/** Where the objects of a permit have their forms. */
const forms = ['services/habilitation/signature.ts', 'services/habilitation/clauses.ts']

const exactly = (text: string) => `${text.replaceAll(/[[\]{}.]/g, '\\$&')}$`

/** One mutant per clause that code executes, one per piece that ends a query, one per object of a permit that then takes members that nobody knows. */
export function mutants(): readonly Mutant[] {
  const ofClauses = Object.entries(clauses).flatMap(([path, clause]) => {
    const taken = 'taken' in clause ? (clause.taken ?? []) : []
    if (taken.length === 0) return []
    return [{ name: path, taken, test, seenBy: exactly(`changes the answer: ${path}`) }]
  })
  const ofStops = stopping.map(({ what, test: file, seenBy, ...taken }) => ({
    ...{ name: what, taken: [taken], test: file, seenBy },
  }))
  return [...ofClauses, ...ofStops, ...looseForms()]
}

/** The forms of the objects stand in their files in some order: each is opened alone, and one test of an unknown member sees it. */
function looseForms(): readonly Mutant[] {
  const all = forms.flatMap(looseFormsOf)
  if (all.length !== objectsOf().length) throw new Error('each object of a permit has one strict form')
  return all
}

function looseFormsOf(form: string): readonly Mutant[] {
  const source = readFileSync(join(root, form), 'utf8')
  const places = [...source.matchAll(/z\.strictObject\(/g)].map(({ index }) => index)
  return places.map((place) => ({
    name: `an unknown member: ${form} at ${place}`,
    taken: [
      {
        file: form,
        text: source,
        by: `${source.slice(0, place)}z.looseObject(${source.slice(place + 'z.strictObject('.length)}`,
      },
    ],
    test,
    seenBy: 'refuses the permit, wherever it stands',
  }))
}

/** Takes one after the other away; `about`, a regular expression, leaves only those whose name it matches. */
export async function main(about: string | undefined, say: (line: string) => void): Promise<Tally> {
  const chosen = mutants().filter(({ name }) => new RegExp(about ?? '').test(name))
  const survivors: string[] = []
  await start()
  try {
    await inCopy(async (copy) => {
      if (!(await areGreen(copy, [...new Set(chosen.map((one) => one.test))])))
        throw new Error('red before anything was taken away')
      for (const [done, { name, taken, test: file, seenBy }] of chosen.entries()) {
        const green = await withTexts(copy, taken, () => areGreen(copy, [file], seenBy))
        if (green) survivors.push(name)
        say(`${done + 1}/${chosen.length} ${green ? 'SURVIVED' : 'red'} · ${name}`)
      }
    })
  } finally {
    await stop()
  }
  return { mutants: chosen.length, red: chosen.length - survivors.length, survivors }
}

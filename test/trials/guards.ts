/** Mutation testing of the guards: each rule is taken away in a copy of the repository, and some test must turn red. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ofBounds } from '../guards/bounds.ts'
import { ofComparison } from '../guards/comparison.ts'
import type { Edit } from '../guards/edit.ts'
import { ofInputs } from '../guards/inputs.ts'
import { ofKernel } from '../guards/kernel.ts'
import { ofRelations } from '../guards/relations.ts'
import { ofRepeats } from '../guards/repeats.ts'
import { ofRewriting } from '../guards/rewriting.ts'
import { ofTyping } from '../guards/typing.ts'
import { ofVerifier } from '../guards/verifier.ts'
import { ofWindows } from '../guards/windows.ts'
import { ofWithheld } from '../guards/withheld.ts'
import { areGreen, inCopy, root, withTexts } from './copy.ts'

const edits: readonly Edit[] = [
  ...ofVerifier,
  ...ofKernel,
  ...ofComparison,
  ...ofBounds,
  ...ofTyping,
  ...ofRelations,
  ...ofWindows,
  ...ofInputs,
  ...ofRepeats,
  ...ofRewriting,
  ...ofWithheld,
]

export interface Tally {
  readonly edits: number
  readonly red: number
  /** Rules that can be taken away without any test turning red. */
  readonly survivors: readonly string[]
  /** Rules that another one stands behind: they are not taken away. */
  readonly spare: readonly string[]
  /** Edits whose text does not stand once in its file any more: the list is out of date. */
  readonly lost: readonly string[]
}

/** Edits whose text is not in its file exactly once. */
export async function lostEdits(): Promise<readonly string[]> {
  const lost: string[] = []
  for (const edit of edits) {
    const parts = (await readFile(join(root, edit.file), 'utf8')).split(edit.text)
    if (parts.length !== 2) lost.push(nameOf(edit))
  }
  return lost
}

/** Takes one rule after the other away; `about`, a regular expression, leaves only the edits whose name it matches. */
export async function main(about: string | undefined, say: (line: string) => void): Promise<Tally> {
  const lost = await lostEdits()
  const isRun = (edit: Edit) => edit.spare === undefined && !lost.includes(nameOf(edit))
  const spare = edits.filter((edit) => edit.spare !== undefined).map(nameOf)
  const chosen = edits.filter((edit) => isRun(edit) && new RegExp(about ?? '').test(nameOf(edit)))
  const survivors: string[] = []
  await inCopy(async (copy) => {
    await checkSound(
      copy,
      chosen.flatMap(({ tests }) => tests),
    )
    for (const [done, edit] of chosen.entries()) {
      const red = await withTexts(copy, [edit], () => firstRed(copy, edit.tests))
      if (!red) survivors.push(nameOf(edit))
      say(`${done + 1}/${chosen.length} ${red ? `red: ${red}` : 'SURVIVED'} · ${nameOf(edit)}`)
    }
  })
  return { edits: chosen.length, red: chosen.length - survivors.length, survivors, spare, lost }
}

/** A test that is red without any edit would tell nothing of one. */
async function checkSound(copy: string, tests: readonly string[]): Promise<void> {
  const files = [...new Set(tests)]
  if (files.length > 0 && !(await areGreen(copy, files))) throw new Error(`red already: ${files.join(' ')}`)
}

function nameOf({ file, rule }: Edit): string {
  return `${file}: ${rule}`
}

/** The first test file that turns red: they stand in the order of what they take. */
async function firstRed(copy: string, tests: readonly string[]): Promise<string | undefined> {
  for (const test of tests) if (!(await areGreen(copy, [test]))) return test
  return undefined
}

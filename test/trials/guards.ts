/** Mutation testing of the guards: each rule is taken away in a copy of the repository, and some test must turn red. */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
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

const root = new URL('../../', import.meta.url).pathname

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
  const copy = await copyOfRepository()
  const survivors: string[] = []
  try {
    for (const [done, edit] of chosen.entries()) {
      const red = await withEdit(copy, edit)
      if (!red) survivors.push(nameOf(edit))
      say(`${done + 1}/${chosen.length} ${red ? `red: ${red}` : 'SURVIVED'} · ${nameOf(edit)}`)
    }
  } finally {
    await rm(copy, { recursive: true })
  }
  return { edits: chosen.length, red: chosen.length - survivors.length, survivors, spare, lost }
}

function nameOf({ file, rule }: Edit): string {
  return `${file}: ${rule}`
}

async function copyOfRepository(): Promise<string> {
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'huisclos-guards-')))
  for (const part of ['services', 'test', 'policies', 'infra', 'docs', 'package.json', 'tsconfig.json'])
    await cp(join(root, part), join(copy, part), { recursive: true })
  await symlink(await realpath(join(root, 'node_modules')), join(copy, 'node_modules'))
  const { jest } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  // No guard is behind the database of the tests: they are quicker without it.
  const { globalSetup: _setup, globalTeardown: _teardown, ...config } = jest
  await writeFile(join(copy, 'jest.json'), JSON.stringify({ ...config, rootDir: copy, maxWorkers: 1 }))
  return copy
}

/** The test files among which one turns red under the edit: the first alone, then the others together. */
async function withEdit(copy: string, { file, text, by, tests }: Edit): Promise<string | undefined> {
  const path = join(copy, file)
  const sound = await readFile(path, 'utf8')
  await writeFile(
    path,
    sound.replace(text, () => by),
  )
  try {
    const [first = '', ...others] = tests
    if (!(await areGreen(copy, [first]))) return first
    return others.length === 0 || (await areGreen(copy, others)) ? undefined : 'another'
  } finally {
    await writeFile(path, sound)
  }
}

function areGreen(copy: string, tests: readonly string[]): Promise<boolean> {
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.json', '--bail', '--runInBand', '--silent']
  const run = spawn(process.execPath, [...node, ...jest, ...tests], { cwd: copy, stdio: 'ignore' })
  return new Promise((resolve, reject) => {
    run.once('error', reject)
    run.once('exit', (code) => resolve(code === 0))
  })
}

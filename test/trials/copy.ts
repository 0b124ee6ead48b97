/** A copy of the repository in which tests run on code that was changed. */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = new URL('../../', import.meta.url).pathname

/** Gives the folder of a copy, which is removed afterwards. Its tests start no database of their own. */
export async function inCopy(work: (copy: string) => Promise<void>): Promise<void> {
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'huisclos-copy-')))
  try {
    for (const part of ['services', 'test', 'policies', 'infra', 'docs', 'package.json', 'tsconfig.json'])
      await cp(join(root, part), join(copy, part), { recursive: true })
    await symlink(await realpath(join(root, 'node_modules')), join(copy, 'node_modules'))
    const { jest } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const { globalSetup: _setup, globalTeardown: _teardown, ...config } = jest
    await writeFile(join(copy, 'jest.json'), JSON.stringify({ ...config, rootDir: copy, maxWorkers: 1 }))
    await work(copy)
  } finally {
    await rm(copy, { recursive: true })
  }
}

export interface Replacement {
  readonly file: string
  readonly text: string
  readonly by: string
}

/** Does the work while texts of the copy are replaced, the first of each in its file. */
export async function withTexts<T>(
  copy: string,
  replacements: readonly Replacement[],
  work: () => Promise<T>,
): Promise<T> {
  const sound = new Map<string, string>()
  try {
    for (const { file, text, by } of replacements) {
      const path = join(copy, file)
      const before = await readFile(path, 'utf8')
      if (!sound.has(path)) sound.set(path, before)
      await writeFile(
        path,
        before.replace(text, () => by),
      )
    }
    return await work()
  } finally {
    for (const [path, text] of sound) await writeFile(path, text)
  }
}

/** Longer than any test file takes: a run that is still not over will not end. */
const longestFile = 4 * 60_000

/**
 * Whether these test files pass; with `names`, a regular expression, only the tests of such names run.
 * A run that does not end is ended, and is not green.
 */
export function areGreen(copy: string, tests: readonly string[], names?: string): Promise<boolean> {
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.json', '--bail', '--runInBand', '--silent']
  const chosen = names === undefined ? [] : ['--testNamePattern', names]
  const run = spawn(process.execPath, [...node, ...jest, ...chosen, ...tests], {
    cwd: copy,
    stdio: 'ignore',
    timeout: longestFile * tests.length,
    killSignal: 'SIGKILL',
  })
  return new Promise((resolve, reject) => {
    run.once('error', reject)
    run.once('exit', (code) => resolve(code === 0))
  })
}

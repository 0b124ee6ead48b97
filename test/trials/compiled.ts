/** A copy of the rooms of the log as plain JavaScript: a child process of it starts in a fraction of the time that tsx takes. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { transform } from '@swc/core'

const repository = new URL('../..', import.meta.url).pathname
const rooms = ['services/audit', 'services/kernel', 'test/audit', 'test/trials']

const plain = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript' },
    experimental: { keepImportAttributes: true },
    rewriteRelativeImportExtensions: true,
  },
  module: { type: 'es6' },
  configFile: false,
  swcrc: false,
} as const

export interface Compiled {
  /** Path of a program of the repository, such as `test/trials/audit-writer.ts`, in the copy. */
  program(path: string): string
  remove(): Promise<void>
}

async function compile(path: string, folder: string): Promise<void> {
  const target = join(folder, path)
  await mkdir(dirname(target), { recursive: true })
  if (!path.endsWith('.ts')) return cp(join(repository, path), target)
  const { code } = await transform(await readFile(join(repository, path), 'utf8'), plain)
  await writeFile(target.replace(/\.ts$/, '.js'), code)
}

/** Compiles the rooms of the log as they stand now; the caller removes the copy. */
export async function compiled(): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-compiled-'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  for (const room of rooms) {
    const names = await readdir(join(repository, room), { recursive: true })
    for (const name of names.filter((one) => /\.(ts|json)$/.test(one)))
      await compile(join(room, name), folder)
  }
  return {
    program: (path) => join(folder, path.replace(/\.ts$/, '.js')),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

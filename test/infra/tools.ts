/** Programs of the machine that look at files of infra/: where one is absent its test is skipped, aloud and counted. */
import { execFile, spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from '@jest/globals'

export const infra = new URL('../../infra/', import.meta.url).pathname
export const textOf = (path: string): string => readFileSync(join(infra, path), 'utf8')

/** Null where it is not on the PATH, nor where Debian puts programs of the administrator. */
export function toolPath(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A test that needs a program, or a plugin of one, such as `docker compose`; `title` names it. */
export function withTool(name: string, title: string, body: (path: string) => Promise<void>): void {
  const [program = '', plugin] = name.split(' ')
  const path = toolPath(program)
  if (path === null || (plugin !== undefined && spawnSync(path, [plugin, 'version']).status !== 0)) {
    process.stderr.write(`infra: no ${name} on this machine, skipped: ${title}\n`)
    test.skip(title, () => undefined)
  } else test(title, () => body(path), 60_000)
}

export interface Said {
  readonly status: number
  /** On both streams. */
  readonly text: string
}

/** Runs a program to its end. */
export function said(file: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(file, [...args], { timeout: 50_000 }, (error, stdout, stderr) => {
      const status = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ status, text: stdout + stderr })
    })
  })
}

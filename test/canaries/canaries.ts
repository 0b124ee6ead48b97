/** Strings that are found nowhere but where they were put, and the search for them. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/**
 * What is planted, and the places below the home that hold it because they are there to hold it. Everything else, every log,
 * figure, problem document and file name, must be free of all of them.
 */
const planted = {
  /** A value of a table that one person has: sealed wherever it lies. */
  row: /^$/,
  /** The pseudonym of a person, as it was deposited. */
  unit: /^$/,
  /** A value that is not of its column, in a deposit that is held or refused. */
  bad: /^$/,
  /** A column of the catalogue: public, and named by entries, permits and extracts. */
  column: /./,
  /** A column of a file that no schema knows: told to its depositor. */
  header: /^postgres\//,
  /** What a question names, a table that it makes among them: with the tables of its project, and in the kept catalogue. */
  alias: /^kept\/catalogues\//,
  /** What else a question says: sealed in the log for the DPO, in clear nowhere. */
  literal: /^$/,
  remark: /^$/,
  cast: /^$/,
  parameter: /^$/,
  purpose: /^$/,
  /** What only travels. */
  token: /^$/,
  cookie: /^$/,
  agent: /^$/,
  search: /^$/,
  path: /^$/,
  body: /^$/,
  member: /^$/,
  /** What is written of a request, by persons: in its dossier. */
  title: /^postgres\//,
  person: /^postgres\//,
  comment: /^postgres\//,
  attachment: /^postgres\//,
  document: /^$/,
} as const

export type Canary = keyof typeof planted

const canaries = Object.keys(planted) as readonly Canary[]

/** No word of any language, no part of another one, and harmless wherever a name may stand. */
export const textOf = (canary: Canary): string => `zq${canary}kanari`

/** The canaries in a text or in bytes, as they are or in base64, in whatever case. */
export function found(content: string | Buffer): readonly Canary[] {
  const plain = content.toString('latin1').toLowerCase()
  const decoded = [...content.toString('latin1').matchAll(/[A-Za-z0-9+/_-]{16,}/g)]
    .map(([run]) => Buffer.from(run, 'base64').toString('latin1').toLowerCase())
    .join('\n')
  return canaries.filter((one) => plain.includes(textOf(one)) || decoded.includes(textOf(one)))
}

/** Every file below a folder, as a path from there. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

/** `canary path` of each file that holds one, split by whether it is there to hold it. */
export async function foundIn(home: string): Promise<{ readonly kept: string[]; readonly leaked: string[] }> {
  const [kept, leaked]: [string[], string[]] = [[], []]
  for (const path of await filesIn(home)) {
    const bytes = await readFile(join(home, path)).catch(() => Buffer.alloc(0))
    for (const canary of found(bytes)) {
      const into = planted[canary].test(path) ? kept : leaked
      into.push(`${canary} ${path}`)
    }
  }
  return { kept, leaked }
}

/** The files below a folder that hold one of these texts as it is. */
export async function filesWith(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const holding: string[] = []
  for (const path of await filesIn(folder)) {
    const bytes = await readFile(join(folder, path)).catch(() => Buffer.alloc(0))
    if (texts.some((text) => bytes.includes(text))) holding.push(path)
  }
  return holding
}

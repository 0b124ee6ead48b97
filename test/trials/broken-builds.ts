/** Breaks the log on purpose, one guard at a time, in a copy of the sources: the fault suite must fail on every one of them. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const repository = new URL('../..', import.meta.url).pathname

/** `text` occurs once in the file. */
interface Edit {
  readonly file: string
  readonly text: string
  readonly replacement: string
}

export interface Break extends Edit {
  readonly name: string
  /** The other guard, where two stand one behind the other. */
  readonly also?: Edit
}

export const breaks: readonly Break[] = [
  {
    name: 'acknowledge before the flush',
    file: 'services/audit/journal.ts',
    text: '      await file.datasync()\n',
    replacement: '      void file.datasync().catch(() => undefined)\n',
  },
  {
    name: 'no flush at all',
    file: 'services/audit/journal.ts',
    text: '      await file.datasync()\n',
    replacement: '',
  },
  {
    name: 'a write that fails is passed over',
    file: 'services/audit/journal.ts',
    text: '      await writeAll(file, bytes)\n',
    replacement: '      await writeAll(file, bytes).catch(() => undefined)\n',
  },
  {
    name: 'a flush that failed is tried again',
    file: 'services/audit/journal.ts',
    text: '      await file.datasync()\n',
    replacement: '      await file.datasync().catch(() => file.datasync())\n',
  },
  {
    name: 'a short write is taken for a whole one',
    file: 'services/audit/files.ts',
    text: '    at += bytesWritten\n',
    replacement: '    at += bytes.length\n',
  },
  {
    name: 'callers are served after a failure',
    file: 'services/audit/committer.ts',
    text: "    this.#failure = new Refusal('UNAVAILABLE', {}, { cause: error })\n    for (const { reject } of this.#queue.splice(0)) reject(this.#failure)\n",
    replacement:
      "    const failure = new Refusal('UNAVAILABLE', {}, { cause: error })\n    for (const { reject } of this.#queue.splice(0)) reject(failure)\n",
    also: {
      file: 'services/audit/writer.ts',
      text: 'if (this.#isClosed || this.#isFailed || this.#space.isFull) throw',
      replacement: 'if (this.#isClosed || this.#space.isFull) throw',
    },
  },
  {
    name: 'the process is not told to end',
    file: 'services/audit/committer.ts',
    text: '    this.#needs.onFailed(reason, error)\n',
    replacement: '',
  },
  {
    name: 'the name of the journal is not flushed',
    file: 'services/audit/journal.ts',
    text: '  await files.syncFolder(dirname(path))\n',
    replacement: '',
  },
  {
    name: 'a record is read without its hash',
    file: 'services/audit/journal.ts',
    text: "  if (!isWhole) return written < end ? 'torn' : 'damaged'\n",
    replacement: '',
  },
  {
    name: 'a torn tail is damage',
    file: 'services/audit/journal.ts',
    text: "  if (rest.length < end) return 'torn'\n",
    replacement: "  if (rest.length < end) return 'damaged'\n",
  },
  {
    name: 'the checkpoint is signed before its tiles are written',
    file: 'services/audit/integrator.ts',
    text: '    await files.replaceAll(folder, grown.files)\n    this.#edge = grown.edge\n    await this.#sign()\n',
    replacement:
      '    this.#edge = grown.edge\n    await this.#sign()\n    await files.replaceAll(folder, grown.files)\n',
  },
  {
    name: 'the journal is dropped at the start before it is read',
    file: 'services/audit/recover.ts',
    text: '  return { edge, heads, note, replay, tornBytes }\n',
    replacement: '  return { edge, heads, note, replay: [], tornBytes }\n',
  },
  {
    name: 'time goes back with the clock',
    file: 'services/audit/shard.ts',
    text: 'const ts = now > heads.ts ? now : heads.ts\n',
    replacement: 'const ts = now\n',
  },
  {
    name: 'a clock that jumps is not told',
    file: 'services/audit/clock-watch.ts',
    text: '    return this.#jump\n',
    replacement: '    return undefined\n',
  },
  {
    name: 'an error of the disk is called damage',
    file: 'services/audit/recover.ts',
    text: 'if (error instanceof LogDamaged || errorCode(error) !== undefined) throw error',
    replacement: 'if (error instanceof LogDamaged) throw error',
  },
]

const jest = [
  '--experimental-vm-modules',
  'node_modules/jest/bin/jest.js',
  '--globalSetup=',
  '--globalTeardown=',
]

/** Breaks that the suite cannot show, for they need two writers or stand behind another guard; a named test fails on each. */
export const namedBreaks: readonly (Break & { readonly args: readonly string[] })[] = [
  {
    name: 'the fence is not looked at',
    file: 'services/audit/journal.ts',
    text: '    return named?.ino === ino && named.dev === dev\n',
    replacement: '    return named !== null || ino === dev\n',
    args: [...jest, 'test/audit/writer.test.ts', '-t', 'fenced'],
  },
  {
    name: 'a caller who comes after a failure waits for ever',
    file: 'services/audit/committer.ts',
    text: '    if (this.#failure) return Promise.reject(this.#failure)\n',
    replacement: '',
    args: [...jest, 'test/audit/committer.test.ts'],
  },
]

/** A copy of the sources with the edits; throws when a text is not there exactly once. */
async function brokenCopy({ also, ...first }: Break): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-broken-'))
  for (const name of ['package.json', 'tsconfig.json', 'services', 'test']) {
    await cp(join(repository, name), join(folder, name), { recursive: true })
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, text, replacement } of also ? [first, also] : [first]) {
    const source = await readFile(join(folder, file), 'utf8')
    if (source.split(text).length !== 2) throw new Error(`the text to break is not once in ${file}`)
    await writeFile(
      join(folder, file),
      source.replace(text, () => replacement),
    )
  }
  return folder
}

/** First lines of what a program said, and its exit code. */
function outcome(folder: string, args: readonly string[]): Promise<{ code: number; said: string }> {
  const options = { cwd: folder, timeout: 180_000, maxBuffer: 64 * 1024 * 1024 }
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      const said = (stdout || stderr).split('\n', 1)[0] ?? ''
      resolve({ code: error ? Number(error.code ?? 1) || 1 : 0, said })
    })
  })
}

const suite = ['--import', 'tsx', 'test/trials/fault-run.ts']

/** So many broken builds are tried side by side: each waits for the disk most of the time. */
const side = 4

export interface BrokenFigures {
  readonly seed: number
  readonly tried: number
  /** Names of the broken builds on which nothing failed. */
  readonly survived: readonly string[]
}

export async function main(seed: number, say: (line: string) => void): Promise<BrokenFigures> {
  const survived: string[] = []
  const all = [
    ...breaks.map((edit) => ({ edit, args: [...suite, String(seed)] })),
    ...namedBreaks.map(({ args, ...edit }) => ({ edit, args })),
  ]
  const attempt = async ({ edit, args }: { edit: Break; args: readonly string[] }): Promise<void> => {
    const folder = await brokenCopy(edit)
    const { code, said } = await outcome(folder, args)
    await rm(folder, { recursive: true, force: true })
    if (code === 0) survived.push(edit.name)
    say(`${edit.name}: ${code === 0 ? 'NOT FOUND' : said}`)
  }
  const waiting = [...all]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await attempt(next)
  }
  await Promise.all(Array.from({ length: side }, work))
  return { seed, tried: all.length, survived }
}

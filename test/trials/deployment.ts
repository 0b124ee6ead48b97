/**
 * `npm run trials -- deployment`: the tests of infra/ with the programs that Debian has for it. They are laid out in a folder of their
 * own: nothing is installed, nothing is started.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const repository = new URL('../..', import.meta.url).pathname
const packages = ['nginx', 'haproxy', 'caddy', 'apache2-bin', 'apparmor']

export interface Figures {
  readonly passed: number
  readonly failed: number
  /** Titles of what no program of this machine could look at. */
  readonly skipped: readonly string[]
}

interface Result {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

export async function main(say: (line: string) => void): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-debian-'))
  try {
    const isLaid = await layOut(folder).then(
      () => true,
      () => false,
    )
    say(
      isLaid
        ? `from Debian: ${packages.join(', ')}`
        : 'Debian’s packages cannot be had here: what this machine has',
    )
    const figures = await tested(join(folder, 'root'))
    for (const title of figures.skipped) say(`skipped: ${title}`)
    say(`${figures.passed} passed, ${figures.failed} failed, ${figures.skipped.length} skipped`)
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The packages and what they need beyond what is installed, fetched and unpacked. */
async function layOut(folder: string): Promise<void> {
  const archives = join(folder, 'archives')
  await mkdir(join(archives, 'partial'), { recursive: true })
  const where = ['-o', `Dir::Cache::archives=${archives}`, '-o', 'APT::Sandbox::User=root']
  await run('apt-get', [
    'install',
    '--yes',
    '--download-only',
    '--no-install-recommends',
    ...where,
    ...packages,
  ])
  for (const name of await readdir(archives))
    if (name.endsWith('.deb')) await run('dpkg', ['-x', join(archives, name), join(folder, 'root')])
}

async function tested(root: string): Promise<Figures> {
  const results = join(root, '..', 'results.json')
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'test/infra']
  const env = {
    ...process.env,
    PATH: [`${root}/usr/sbin`, `${root}/sbin`, `${root}/usr/bin`, process.env.PATH].join(':'),
    LD_LIBRARY_PATH: `${root}/usr/lib/x86_64-linux-gnu:${root}/usr/lib/aarch64-linux-gnu`,
  }
  // A failed test is told by the figures.
  await run(process.execPath, [...jest, '--json', `--outputFile=${results}`], { cwd: repository, env }).catch(
    () => undefined,
  )
  const { numPassedTests, numFailedTests, testResults }: Result = JSON.parse(await readFile(results, 'utf8'))
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  const skipped = all.filter(({ status }) => status === 'pending').map(({ fullName }) => fullName)
  return { passed: numPassedTests, failed: numFailedTests, skipped }
}

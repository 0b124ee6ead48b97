/** Chromium from npm: unpacked once into a folder named by version, opened with our own flags. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const run = promisify(execFile)
const manifest = createRequire(import.meta.url)
  .resolve('@sparticuz/chromium')
  .replace(/\/build\/.*$/, '/package.json')
const unpacker = new URL('./unpack-chromium.ts', import.meta.url)

/**
 * The folder of the program and its libraries. The package unpacks to fixed names in the temporary folder and takes whatever
 * lies there, so it unpacks in a process of its own, whose temporary folder is a draft that is then renamed into place: two
 * callers never see half of it.
 */
async function unpackChromium(): Promise<string> {
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  const folder = join(tmpdir(), `huisclos-chromium-${version}`)
  const isThere = () => stat(join(folder, 'chromium')).then(Boolean, () => false)
  if (await isThere()) return folder
  const draft = await mkdtemp(join(tmpdir(), 'huisclos-unpacking-'))
  // The variable makes the package unpack the NSS libraries too, which a small machine does not have.
  const env = { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' }
  await run(process.execPath, ['--import', 'tsx', fileURLToPath(unpacker)], { env })
  await writeFile(join(draft, 'fonts.conf'), fontsOf(folder))
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true })
    // Somebody else was faster: theirs is as good.
    if (!(await isThere())) throw error
  })
  return folder
}

/** Its fonts first, then those of the machine; the file of the package names folders of another place. */
function fontsOf(folder: string): string {
  const folders = [join(folder, 'fonts'), '/usr/share/fonts'].map((one) => `<dir>${one}</dir>`)
  const cache = `<cachedir>${join(folder, 'fonts-cache')}</cachedir>`
  return `<?xml version="1.0"?><fontconfig>${folders.join('')}${cache}</fontconfig>\n`
}

/** Headless, without the sandbox that root cannot have, and with nothing of web security switched off. */
export async function openBrowser(): Promise<Browser> {
  const folder = await unpackChromium()
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
    FONTCONFIG_FILE: join(folder, 'fonts.conf'),
  }
  return chromium.launch({ executablePath: join(folder, 'chromium'), args: ['--no-sandbox'], env })
}

/**
 * `npm run notebooks`: runs each notebook in a fresh kernel against the demo node of this home, or one that it starts and
 * stops, and leaves HTML in HUISCLOS_HOME/notebooks. Where Jupyter is not installed it says so and ends with 0.
 * `npm run notebooks -- --prepare` only makes the project and prints what to export before Jupyter is opened by hand.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { demoToken, type Setting, urlOf } from '../services/cli/client.ts'
import { CommandError } from '../services/cli/ending.ts'
import { readServerFile } from '../services/node/server-file.ts'
import { prepareBeds } from './beds-project.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const home = resolve(process.env.HUISCLOS_HOME || './var')
const jupyter = process.env.HUISCLOS_JUPYTER || 'jupyter'
const setting: Setting = { home, language: 'fr', url: undefined, token: undefined, isTerminal: false }
const say = (line: string) => void process.stderr.write(`${line}\n`)
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())

const notInstalled = [
  'Jupyter n’est pas installé : les carnets ne sont pas exécutés (leur SQL l’est par npm test).',
  'Jupyter is not installed: notebooks were not run (npm test runs their SQL).',
  '  python3 -m venv .venv && .venv/bin/pip install jupyter nbconvert matplotlib',
  '  HUISCLOS_JUPYTER=.venv/bin/jupyter npm run notebooks',
]

function hasJupyter(): boolean {
  return spawnSync(jupyter, ['nbconvert', '--version'], { stdio: 'ignore' }).status === 0
}

async function isUp(): Promise<boolean> {
  const url = (await readServerFile(home))?.url
  if (url === undefined) return false
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** The node that runs on this home, or one that runs until the function that is answered is called. */
async function nodeUp(): Promise<() => Promise<void>> {
  if (await isUp()) return async () => {}
  say(
    'aucun nœud ne tourne : en voici un, le temps des carnets / no node runs: one is started for the notebooks',
  )
  const node = spawn(process.execPath, ['--import', 'tsx', 'services/main.ts'], {
    cwd: root,
    env: { ...process.env, HUISCLOS_HOME: home },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!(await isUp())) {
    if (node.exitCode !== null) throw new Error(`the node ended with ${node.exitCode}`)
    await pause(300)
  }
  return () => stopped(node)
}

async function stopped(node: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => node.once('exit', resolve))
  node.kill('SIGTERM')
  await ended
}

/** What a notebook reads: nothing else ties it to a node. */
async function environment(): Promise<Record<string, string>> {
  const out = { stdout: process.stderr, stderr: process.stderr, signal: interrupted.signal }
  const project = await prepareBeds({ setting, out })
  const token = await demoToken(setting, 'alice')
  return { HUISCLOS_URL: await urlOf(setting), HUISCLOS_PROJECT: project, HUISCLOS_TOKEN: token }
}

/** Runs one notebook; throws when a cell fails or when nothing was drawn. */
function execute(notebook: string, given: Record<string, string>): string {
  const folder = join(home, 'notebooks')
  const own = join(folder, '.jupyter')
  mkdirSync(own, { recursive: true })
  const env = {
    ...process.env,
    ...given,
    ...{ JUPYTER_CONFIG_DIR: own, JUPYTER_RUNTIME_DIR: own, IPYTHONDIR: own, MPLCONFIGDIR: own },
  }
  const args = ['nbconvert', '--to', 'html', '--execute', '--output-dir', folder, notebook]
  const { status } = spawnSync(jupyter, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${notebook}: ${status}`)
  const page = join(folder, notebook.replace(/^.*\/|\.ipynb$/g, '').concat('.html'))
  if (!/<img[^>]+src="data:image\/png;base64,[^"]{20000}/.test(readFileSync(page, 'utf8')))
    throw new Error(`${notebook}: rien n’est dessiné (matplotlib ?) / nothing is drawn`)
  return page
}

async function main(): Promise<void> {
  const isPreparing = process.argv.includes('--prepare')
  if (!isPreparing && !hasJupyter()) return notInstalled.forEach(say)
  if (isPreparing && !(await isUp())) throw new CommandError('lancez npm start / start a node first', 6)
  const stop = await nodeUp()
  try {
    const given = await environment()
    if (isPreparing) {
      const lines = Object.entries(given).map(([name, value]) => `export ${name}='${value}'`)
      process.stdout.write(`${lines.join('\n')}\n`)
      return
    }
    const notebooks = readdirSync(join(root, 'notebooks')).filter((file) => file.endsWith('.ipynb'))
    for (const file of notebooks) say(`✔ ${execute(join(root, 'notebooks', file), given)}`)
  } finally {
    await stop()
  }
}

try {
  await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = error instanceof CommandError ? error.exit : 1
}

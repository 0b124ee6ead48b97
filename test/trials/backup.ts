/** Backups and restorations of a real system, by the commands an operator types: under load, killed at random, on a full disk. */
import { execFile, spawn } from 'node:child_process'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { seeded } from '../audit/seeded.ts'
import { run, type System, startSystem } from '../contract/system.ts'

export interface BackupFigures {
  readonly faults: readonly string[]
  readonly backupsKilled: number
  readonly restorationsKilled: number
  /** Answers that were given before the last backup began; each is in the log that was restored. */
  readonly acknowledged: number
  readonly msOfBackup: number
}

interface Asked {
  readonly seed: number
  readonly kills: number
  readonly say: (line: string) => void
}

const sql = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'
const execute = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname

export async function main({ seed, kills, say }: Asked): Promise<BackupFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-backups-'))
  const random = seeded(seed)
  const trial: Trial = { folder, random, kills, say, faults: [], system: await startSystem({ demo: 'full' }) }
  try {
    const load = loading(trial)
    const backupsKilled = await killedBackups(trial)
    const begun = performance.now()
    const acknowledged = load.last()
    await insistEnds(trial, 0, ['backup', '--to', join(folder, 'last')])
    const msOfBackup = Math.round(performance.now() - begun)
    await load.stop()
    await insistFullDisk(trial)
    await trial.system.stop()
    await insistEnds(trial, 0, ['backup', '--to', join(folder, 'stopped')])
    await insistEnds(trial, 0, ['verify-backup', join(folder, 'stopped'), '--restore-drill'])
    const restorationsKilled = await killedRestorations(trial)
    await insistRestored(trial, acknowledged)
    return { faults: trial.faults, backupsKilled, restorationsKilled, acknowledged, msOfBackup }
  } finally {
    await trial.system.remove()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Trial {
  readonly folder: string
  readonly random: () => number
  readonly kills: number
  readonly say: (line: string) => void
  readonly faults: string[]
  readonly system: System
}

/** Questions and new deposits, until told to stop; `last` is the number of the entry of the last answer. */
function loading({ system, faults }: Trial) {
  let isOver = false
  let last = -1
  const asking = async () => {
    const { json } = await system.call('GET', '/api/v1/projects', { as: 'alice' })
    const at = `/api/v1/projects/${json.projects[0].id}/queries`
    while (!isOver) {
      const answer = await system.call('POST', at, { as: 'alice', body: { sql } })
      if (answer.status === 200) last = Number(answer.headers.get('huisclos-receipt')?.split(' ')[1])
      else if (answer.status !== 429) faults.push(`a question was answered ${answer.status}`)
      await pause(20)
    }
  }
  const depositing = async () => {
    for (; !isOver; await pause(200))
      await system.call('POST', '/api/v1/datasets/pmsi-demo/deposits', { as: 'rouen' })
  }
  const done = Promise.all([asking(), depositing()])
  return {
    last: () => last,
    stop: async () => {
      isOver = true
      await done
    },
  }
}

/** Each is cut somewhere, is then either whole or said to be none, and is made whole by the same command. */
async function killedBackups(trial: Trial): Promise<number> {
  let killed = 0
  for (let n = 0; n < trial.kills; n += 1) {
    const to = join(trial.folder, `cut-${n}`)
    const ended = await cut(trial, ['backup', '--to', to], trial.system.home)
    if (!ended) continue
    killed += 1
    const names = await readdir(to).catch((): string[] => [])
    const isWhole = names.includes('manifest.json')
    await insistEnds(trial, isWhole ? 0 : 5, ['verify-backup', to])
    await insistEnds(trial, isWhole ? 1 : 0, ['backup', '--to', to])
    await insistEnds(trial, 0, ['verify-backup', to])
    await rm(to, { recursive: true })
  }
  trial.say(`backups cut: ${killed}, faults: ${trial.faults.length}`)
  return killed
}

async function killedRestorations(trial: Trial): Promise<number> {
  const home = join(trial.folder, 'home')
  const words = ['restore', '--from', join(trial.folder, 'last')]
  let killed = 0
  for (let n = 0; n < trial.kills; n += 1) {
    if (!(await cut(trial, words, home))) {
      await rm(home, { recursive: true, force: true })
      continue
    }
    killed += 1
    // Cut behind its end it is whole, and the next one would rightly refuse.
    if (await isWhole(home)) await rm(home, { recursive: true })
  }
  const { status, stderr } = await run(['services/cli.ts', ...words], { HUISCLOS_HOME: home })
  if (status !== 0) trial.faults.push(`restore ended with ${status}: ${stderr}`)
  trial.say(`restorations cut: ${killed}, faults: ${trial.faults.length}`)
  return killed
}

/** Whether a home has something and no mark of a restoration. */
async function isWhole(home: string): Promise<boolean> {
  const names = await readdir(home).catch((): string[] => [])
  return names.some((name) => !name.startsWith('owner')) && !names.includes('.restoring')
}

/** Runs a command and kills it at a random moment; false when it was over before. */
function cut({ random }: Trial, words: readonly string[], home: string): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'services/cli.ts', ...words], {
    cwd: root,
    env: { ...process.env, HUISCLOS_HOME: home },
    stdio: 'ignore',
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 500 + random() * 2_000)
  return new Promise((resolve) =>
    child.once('exit', (_code, signal) => {
      clearTimeout(timer)
      resolve(signal === 'SIGKILL')
    }),
  )
}

async function insistEnds(
  { system, faults }: Trial,
  status: number,
  words: readonly string[],
): Promise<void> {
  const ended = await system.huisclos(...words)
  if (ended.status !== status) faults.push(`${words.join(' ')} ended with ${ended.status}: ${ended.stderr}`)
}

/** One line, and nothing that could be taken for a backup. */
async function insistFullDisk(trial: Trial): Promise<void> {
  if (process.getuid?.() !== 0) return trial.say('skipped: a disk of its own is mounted by root only')
  const mount = await mkdtemp(join(tmpdir(), 'huisclos-full-'))
  await execute('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount])
  try {
    const to = join(mount, 'backup')
    const { status, stderr } = await trial.system.huisclos('backup', '--to', to)
    if (status !== 1 || !/disque plein/.test(stderr)) trial.faults.push(`a full disk: ${status}, ${stderr}`)
    await insistEnds(trial, 5, ['verify-backup', to])
  } finally {
    await execute('umount', ['-l', mount])
    await rm(mount, { recursive: true })
  }
}

/** A node on the restored home, to which its key was put back as the guide says: the same answers, an intact log, and every answer that was given before the backup began. */
async function insistRestored(trial: Trial, acknowledged: number): Promise<void> {
  const home = join(trial.folder, 'home')
  const kek = join('keys', 'kek')
  await copyFile(join(trial.system.home, kek), join(home, kek))
  const restored = await startSystem({ demo: 'full', home })
  try {
    const { json } = await restored.call('GET', '/api/v1/projects', { as: 'alice' })
    const at = `/api/v1/projects/${json.projects[0].id}/queries`
    const answer = await restored.call('POST', at, { as: 'alice', body: { sql } })
    if (answer.status !== 200) trial.faults.push(`the restored node answered ${answer.status}`)
    const verified = await restored.huisclos('audit', 'verify')
    if (verified.status !== 0) trial.faults.push(`the restored log: ${verified.stdout}`)
    const seq = Number(answer.headers.get('huisclos-receipt')?.split(' ')[1])
    if (!(seq > acknowledged)) trial.faults.push(`the restored log ends at ${seq}, before ${acknowledged}`)
  } finally {
    await restored.remove()
  }
}

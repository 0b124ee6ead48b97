/**
 * Control groups of workers. What is written where is tried on a folder that looks like the kernel's, for hardly any machine of tests
 * hands a group over; entering, ending and removing one is tried on the kernel where it lets us make one; the whole where it also counts
 * memory, processors and threads for us. What is skipped is skipped aloud.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { boxPrograms } from '../../services/engine/box/bubblewrap.ts'
import { endGroup, inGroup, openGroups } from '../../services/engine/box/groups.ts'
import { weaknessesOf } from '../../services/engine/box/outside.ts'
import { probeBox } from '../../services/engine/box/sandbox.ts'
import { type Folder, temporaryFolder } from './fixture.ts'

let folder: Folder
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

const house = 4242
const unit = 'sys/fs/cgroup/system.slice/huisclos.service'
const at = (...names: readonly string[]) => join(folder.path, ...names)
const text = (path: string) => readFile(at(unit, path), 'utf8')

/** A kernel whose files say that a group was handed over, with two processes of the house in it. */
async function handedOver(changes: Readonly<Record<string, string>> = {}) {
  const files: Readonly<Record<string, string>> = {
    'proc/self/cgroup': '0::/system.slice/huisclos.service\n',
    [`proc/${house}/stat`]: `${house} (node) S 1 1 1`,
    'proc/4300/stat': `4300 (a (name) 1) S ${house} 1 1`,
    'proc/7/stat': '7 (bash) S 1 1 1',
    [`${unit}/cgroup.controllers`]: 'cpuset cpu io memory pids\n',
    [`${unit}/cgroup.procs`]: `4300\n${house}\n`,
    [`${unit}/cgroup.subtree_control`]: '',
    ...changes,
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(at(path)), { recursive: true })
    await writeFile(at(path), content)
  }
  return { root: folder.path, pid: house }
}

describe('a group that was handed to the house', () => {
  test('holds a group for the house, hands out controllers, and makes one with its bounds per worker', async () => {
    const groups = await openGroups(await handedOver())
    expect(await readdir(at(unit))).toContain('house')
    expect(await text('cgroup.subtree_control')).toBe('+cpu +memory +pids')
    const made = [await groups?.make({ memoryBytes: 1000 }), await groups?.make({ memoryBytes: undefined })]
    expect(made.map((one) => one?.folder)).toEqual([1, 2].map((n) => at(unit, `box-${house}-${n}`)))
    const written = async (file: string) => await text(`box-${house}-1/${file}`)
    expect([await written('memory.max'), await written('memory.oom.group')]).toEqual(['1000', '1'])
    expect([await written('pids.max'), await written('cpu.max')]).toEqual([
      '512',
      expect.stringMatching(/^\d+ 100000$/),
    ])
    // What a worker writes to the clear area lies in memory and would be counted as its own.
    expect(await text(`box-${house}-2/memory.max`)).toBe('max')
  })

  test('is found again from the group of the house, where the supervisor put it', async () => {
    const moved = {
      'proc/self/cgroup': '0::/system.slice/huisclos.service/house\n',
      [`${unit}/cgroup.procs`]: '',
      [`${unit}/house/cgroup.procs`]: `${house}\n`,
    }
    const group = await (await openGroups(await handedOver(moved)))?.make({ memoryBytes: 1 })
    expect(group?.folder).toBe(at(unit, `box-${house}-1`))
  })

  test('hands nothing out before the house has left it: the kernel takes no controllers while somebody is in it', async () => {
    const kernel = await handedOver()
    await mkdir(at(unit, 'house/cgroup.procs'), { recursive: true })
    expect(await openGroups(kernel)).toBeUndefined()
    expect(await text('cgroup.subtree_control')).toBe('')
  })

  test('loses what a former house left of its workers', async () => {
    const kernel = await handedOver()
    await mkdir(at(unit, 'box-17-3'))
    await mkdir(at(unit, 'another'))
    await openGroups(kernel)
    expect(await readdir(at(unit))).not.toContain('box-17-3')
    expect(await readdir(at(unit))).toContain('another')
  })

  test('in which no group can be made starts no worker', async () => {
    const groups = await openGroups(await handedOver())
    await rm(at(unit), { recursive: true })
    await expect(groups?.make({ memoryBytes: 1 })).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('no group was handed to the house', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['that is the whole machine', { 'proc/self/cgroup': '0::/\n' }],
    ['of a kernel with version 1 alone', { 'proc/self/cgroup': '4:memory:/process\n' }],
    ['that lies outside of what a container sees', { 'proc/self/cgroup': '0::/../x\n' }],
    ['without one of the controllers', { [`${unit}/cgroup.controllers`]: 'cpu pids\n' }],
    ['that others are in', { [`${unit}/cgroup.procs`]: `${house}\n7\n` }],
  ]
  test.each(cases)('%s', async (_name, changes) => {
    expect(await openGroups(await handedOver(changes))).toBeUndefined()
  })
})

/** Where this machine has version 2, and whether this process may make a group in its own. */
function ownFolder(): string | undefined {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    // The fifth field of a line is where it is mounted.
    const mount = mounts
      .split('\n')
      .find((line) => line.includes(' - cgroup2 '))
      ?.split(' ')[4]
    const path = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]
    if (mount === undefined || path === undefined) return undefined
    const own = join(mount, path)
    accessSync(join(own, 'cgroup.procs'), constants.W_OK)
    return own
  } catch {
    // No /proc, or no right.
    return undefined
  }
}

const own = ownFolder()
const grouped = own === undefined ? test.skip : test
const isCounted = (() => {
  const given = own && readFileSync(join(own, 'cgroup.subtree_control'), 'utf8').split(/\s+/)
  return ['cpu', 'memory', 'pids'].every((one) => given?.includes(one)) && boxPrograms() !== undefined
})()
const counted = isCounted ? test : test.skip

describe('on the kernel', () => {
  let child: ChildProcess | undefined
  const group = join(own ?? '', `huisclos-test-${process.pid}`)
  beforeEach(() => (own === undefined ? undefined : mkdir(group)))
  afterEach(async () => {
    child?.kill('SIGKILL')
    if (own !== undefined) await endGroup(group)
  })

  grouped(
    'a program is in its group before it is the program, is told apart, and ends with the group',
    async () => {
      const [command = '', ...rest] = inGroup({ folder: group }, ['/bin/sh', '-c', 'echo ready; sleep 60'])
      const started = spawn(command, rest, { stdio: ['ignore', 'pipe', 'ignore'] })
      child = started
      await new Promise((resolve) => started.stdout.once('data', resolve))
      const told = (name: string) => weaknessesOf(started.pid, { dataBytes: 1, group: { folder: name } })
      expect(await told(group)).not.toContain('is in no group of its own')
      expect(await told(join(own ?? '', 'another'))).toContain('is in no group of its own')
      const ended = new Promise((resolve) => started.once('exit', (_code, signal) => resolve(signal)))
      await endGroup(group)
      expect(await ended).toBe('SIGKILL')
      await expect(readdir(group)).rejects.toMatchObject({ code: 'ENOENT' })
    },
  )

  grouped('a program that cannot enter its group does not run', async () => {
    const [command = '', ...rest] = inGroup({ folder: join(group, 'none') }, ['/bin/sh', '-c', 'echo ran'])
    const run = promisify(execFile)(command, rest)
    await expect(run).rejects.toMatchObject({ stdout: '' })
  })

  const boxGrouped = own === undefined || boxPrograms() === undefined ? test.skip : test
  boxGrouped(
    'a box is in its group, does no more than without one, and the group is gone with it',
    async () => {
      const ended: Promise<void>[] = []
      const end = () => {
        ended.push(endGroup(group))
        return ended[0] ?? Promise.resolve()
      }
      expect(await probeBox([], { make: async () => ({ folder: group, end }) })).toEqual([])
      await Promise.all(ended)
      await expect(readdir(group)).rejects.toMatchObject({ code: 'ENOENT' })
    },
  )

  counted('a worker is in a group with its bounds, and the group is gone with it', async () => {
    const script = fileURLToPath(new URL('./grouped.ts', import.meta.url))
    const [command = '', ...rest] = inGroup({ folder: group }, [process.execPath, '--import', 'tsx', script])
    const { stdout } = await promisify(execFile)(command, rest)
    expect(JSON.parse(stdout)).toEqual({ could: [], left: [] })
    await endGroup(join(group, 'house'))
  })
})

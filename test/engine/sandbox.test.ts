/** The box of a worker: nothing succeeds inside that should not, and the probe sees each measure that is left out. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Measure } from '../../services/engine/box/box.ts'
import { boxCommand, boxPrograms } from '../../services/engine/box/bubblewrap.ts'
import { bundleOf, nativeModules } from '../../services/engine/box/bundle.ts'
import { weaknessesOf } from '../../services/engine/box/outside.ts'
import { machineSandbox, probeBox } from '../../services/engine/box/sandbox.ts'
import { seccompProgram } from '../../services/engine/box/seccomp.ts'
import { startProcess } from '../../services/engine/process.ts'
import { boxed } from '../boxed.ts'
import { type Folder, MIB, temporaryFolder } from './fixture.ts'

let folder: Folder
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

describe('a box', () => {
  boxed('lets a probe do nothing of what it tries', async () => {
    expect(await probeBox()).toEqual([])
    expect(await machineSandbox()).toEqual({ kind: 'bubblewrap' })
  })

  /** What the probe says when a measure is left out; a measure that is not here does not compile. */
  const holes: Readonly<Record<Measure, readonly string[]>> = {
    network: ['shares the network of the machine'],
    processes: ['sees another process', 'shares the processes of the machine'],
    'read-only root': ['writes a file'],
    'read-only devices': ['writes a file'],
    'read-only files': ['writes to what it reads'],
    'system calls': ['starts a process', 'opens a socket', 'makes any system call'],
    capabilities: ['holds capabilities'],
    environment: ['sees the environment'],
    names: ['shares the memory of the machine', 'shares the names of the machine'],
    limits: ['holds more memory than it may', 'has no limits'],
  }
  boxed.each(Object.entries(holes))('without %j is told by its probe', async (without, could) => {
    expect(await probeBox([without as Measure])).toEqual(could)
  })

  boxed('without two of them is told by all that they open', async () => {
    const could = await probeBox(['network', 'system calls'])
    expect(could).toEqual(expect.arrayContaining(['opens a socket', 'sees the network']))
  })

  test('that nobody can see from outside is no sound one', async () => {
    const unseen = ['is not seen from outside']
    expect(await weaknessesOf(undefined, { dataBytes: 1 })).toEqual(unseen)
    expect(await weaknessesOf(2 ** 30, { dataBytes: 1 })).toEqual(unseen)
  })

  test('is not where a process of this machine is: all that a box takes away is told', async () => {
    if (!existsSync('/proc/self/ns/net')) return
    const told = await weaknessesOf(process.pid, { dataBytes: 1 })
    for (const one of ['network', 'processes', 'memory', 'names', 'mounts', 'users'])
      expect(told).toContain(`shares the ${one} of the machine`)
    expect(told).toContain('has no limits')
  })

  boxed('shows a process its own files alone, and writes where it may alone', async () => {
    const place = (...names: readonly string[]) => join(folder.path, ...names)
    for (const name of ['seen', 'hidden', 'out']) await mkdir(place(name))
    for (const name of ['seen', 'hidden']) await writeFile(place(name, 'file'), 'text')
    const curious = await startProcess({
      entry: new URL('./curious-worker.ts', import.meta.url),
      name: 'curious',
      memoryBytes: 64 * MIB,
      box: { read: [place('seen')], write: [place('out')] },
    })
    const call = (method: string, path: string) => curious.call(method, path, { timeoutMs: 10_000 })
    try {
      expect(await call('read', place('seen', 'file'))).toBe('text')
      expect(await call('read', place('hidden', 'file'))).toBe('ENOENT')
      expect(await call('write', place('seen', 'new'))).toBe('EROFS')
      expect(await call('write', place('new'))).toBe('EROFS')
      expect(await call('write', place('out', 'new'))).toBe('written')
      expect(await readdir(place('out'))).toEqual(['new'])
    } finally {
      curious.kill()
    }
  })
})

test('a box has every limit and drops every capability', async () => {
  if (boxPrograms() === undefined) return
  const file = await bundleOf(new URL('./curious-worker.ts', import.meta.url))
  const command = boxCommand({ read: ['/a'] }, { file, modules: nativeModules(), dataBytes: 5 })
  for (const word of [
    '--data=5',
    '--fsize=0',
    '--core=0',
    '--unshare-user',
    '--disable-userns',
    '--die-with-parent',
  ])
    expect(command).toContain(word)
  expect(command.join(' ')).toContain('--cap-drop ALL')
  expect(command).not.toContain('--bind')
})

test('system calls are known for two architectures, and for no other', () => {
  for (const arch of ['x64', 'arm64']) expect((seccompProgram(arch)?.byteLength ?? 1) % 8).toBe(0)
  expect(seccompProgram('riscv64')).toBeUndefined()
})

test('a bundle that somebody removed is made again', async () => {
  const entry = new URL('./curious-worker.ts', import.meta.url)
  const file = await bundleOf(entry)
  await rm(file)
  expect(await bundleOf(entry)).toBe(file)
  expect(existsSync(file)).toBe(true)
})

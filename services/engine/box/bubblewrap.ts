/** The command line of a box: bubblewrap under prlimit (security.md 6.3, whose measurements explain each argument). */
import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import type { Box, Measure, Program } from './box.ts'

/** Descriptors that the launcher hands over: the program of system calls, and where bubblewrap says its child's number. */
export const seccompFd = 3
export const infoFd = 4

const maxFiles = 1024
/** Seconds of processor time of one process in its whole life: a bound for what no deadline ends. */
const maxCpuSeconds = 36_000
const heapMebibytes = 2048
/** Most that a scratch folder, which lies in memory, may hold. */
export const scratchBytes = 1024 ** 3

/** Folders of shared libraries; on most systems the first ones are links to the ones below /usr. */
const libraryFolders = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib']

/** Programs of the machine that a box needs, or undefined. */
export function boxPrograms(): { readonly bwrap: string; readonly prlimit: string } | undefined {
  const bwrap = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'].find((path) => existsSync(path))
  const prlimit = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path))
  return bwrap === undefined || prlimit === undefined ? undefined : { bwrap, prlimit }
}

/** The whole command; `without` leaves measures out, for the test of the probe alone. */
export function boxCommand(box: Box, program: Program, without: readonly Measure[] = []): readonly string[] {
  const programs = boxPrograms()
  if (programs === undefined) throw new TypeError('no box on this machine')
  const node = realpathSync(process.execPath)
  const has = (measure: Measure) => !without.includes(measure)
  const bind = has('read-only files') ? '--ro-bind' : '--bind'
  return [
    programs.prlimit,
    ...(has('limits') ? [...limits(box, program), '--core=0'] : []),
    '--',
    programs.bwrap,
    ...apart(has),
    ...libraryFolders.flatMap(boundLibraries),
    ...['--ro-bind', node, node],
    ...[bind, program.file, '/app/worker.mjs'],
    ...Object.entries(program.modules).flatMap(([name, path]) => [
      '--ro-bind',
      path,
      `/app/node_modules/${name}`,
    ]),
    ...['--dev', '/dev'],
    ...work(box),
    ...(has('read-only devices') ? ['--remount-ro', '/dev'] : []),
    ...(has('read-only root') ? ['--remount-ro', '/'] : []),
    ...['--chdir', '/', '--info-fd', String(infoFd)],
    ...(has('system calls') ? ['--seccomp', String(seccompFd)] : []),
    '--',
    node,
    `--max-old-space-size=${heapMebibytes}`,
    '/app/worker.mjs',
  ]
}

/** What parts it from the machine beside its files. */
function apart(has: (measure: Measure) => boolean): readonly string[] {
  return [
    ...['--unshare-user', '--disable-userns', '--unshare-cgroup-try'],
    ...(has('network') ? ['--unshare-net'] : []),
    ...(has('processes') ? ['--unshare-pid', '--as-pid-1'] : ['--proc', '/proc']),
    ...(has('names') ? ['--unshare-ipc', '--unshare-uts', '--hostname', 'box'] : []),
    ...['--uid', '65534', '--gid', '65534', '--die-with-parent', '--new-session'],
    ...['--cap-drop', 'ALL', ...(has('capabilities') ? [] : ['--cap-add', 'ALL'])],
    ...(has('environment') ? ['--clearenv'] : []),
    ...['--setenv', 'TZ', 'UTC'],
  ]
}

/** The files of the work in hand. What is gone is not there inside either: the worker fails on it as it would on the machine. */
function work({ read = [], write = [], scratch }: Box): readonly string[] {
  return [
    ...read.flatMap((path) => ['--ro-bind-try', path, path]),
    ...write.flatMap((path) => ['--bind', path, path]),
    ...(scratch === undefined ? [] : ['--size', String(scratchBytes), '--tmpfs', scratch]),
  ]
}

function limits(box: Box, { dataBytes }: Program): readonly string[] {
  const writes = (box.write ?? []).length > 0 || box.scratch !== undefined
  return [
    `--data=${dataBytes}`,
    `--cpu=${maxCpuSeconds}`,
    `--nofile=${maxFiles}`,
    ...(writes ? [] : ['--fsize=0']),
  ]
}

function boundLibraries(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const target = linkOf(folder)
  return target === undefined ? ['--ro-bind', folder, folder] : ['--symlink', target, folder]
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    // A folder of its own.
    return undefined
  }
}

/** The image and what it runs under: a Dockerfile that a linter takes, no root, no tag that moves, and calls that a box needs. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { validate } from 'dockerfile-utils'
import { imageFault } from './images.ts'
import { infra, said, textOf, withTool } from './tools.ts'

/** One instruction a line, without comments. */
const instructionsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '')

function dockerFaults(text: string): string[] {
  const lines = instructionsOf(text)
  const last = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).at(-1) ?? ''
  const image = /^ARG NODE_IMAGE=(\S+)$/m.exec(text)?.[1] ?? ''
  const written = validate(text).map(({ message }) => String(message))
  return [
    ...written,
    ...(imageFault(image) === null ? [] : ['image']),
    ...(lines.filter((line) => /^FROM (?!\$\{NODE_IMAGE\} )/.test(line)).length === 0 ? [] : ['image']),
    ...(/^USER [1-9]\d*:[1-9]\d*$/.test(last('USER')) ? [] : ['root']),
    ...(last('HEALTHCHECK').includes('ready.js') ? [] : ['health']),
    ...(lines.some((line) => /npm ci\b(?=.*--ignore-scripts)(?=.*--omit=dev)/.test(line)) ? [] : ['scripts']),
    ...(/\bbubblewrap\b/.test(text) ? [] : ['bubblewrap']),
    ...(lines.some((line) => /^(ADD|COPY) (.* )?\.\/? /.test(line)) ? ['everything copied'] : []),
    ...(/^ENTRYPOINT \[.*tini/.test(last('ENTRYPOINT')) ? [] : ['init']),
  ]
}

describe('the Dockerfile', () => {
  const ours = textOf('container/Dockerfile')

  test('has nothing that a linter or our own rules report', () => {
    expect(dockerFaults(ours)).toEqual([])
  })

  test.each([
    ['image', '@sha256:', ':latest@sha512:'],
    ['image', ' AS gateway', '-other AS gateway'],
    ['root', 'USER 10001:10001', 'USER 0:0'],
    ['health', 'infra/container/ready.js"]', 'x.js"]'],
    ['scripts', ' --ignore-scripts', ''],
    ['everything copied', 'COPY services ./services', 'COPY . ./'],
    ['init', '"/usr/bin/tini", "--", ', ''],
    ['Unknown instruction: RUNS', 'RUN npm', 'RUNS npm'],
  ])('%s that is wrong is reported', (fault, from, to) => {
    expect(ours).toContain(from)
    expect(dockerFaults(ours.replace(from, to))).toEqual([fault])
  })

  test('copies what the context lets in, and the context lets in nothing else', () => {
    const ignored = readFileSync(join(infra, '..', '.dockerignore'), 'utf8').split('\n')
    expect(ignored.find((line) => line !== '' && !line.startsWith('#'))).toBe('*')
    const let_in = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    const copied = instructionsOf(ours)
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1))
    expect([...new Set(copied)].sort()).toEqual(let_in.sort())
  })

  withTool('hadolint', 'hadolint has nothing to say of the Dockerfile', async (hadolint) => {
    expect(await said(hadolint, [join(infra, 'container/Dockerfile')])).toEqual({ status: 0, text: '' })
  })
})

describe('the profiles of the container', () => {
  interface Rule {
    readonly names: readonly string[]
    readonly action: string
  }
  const profile: { defaultAction: string; syscalls: readonly Rule[] } = JSON.parse(
    textOf('container/seccomp.json'),
  )
  const allowed = new Set(
    profile.syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW').flatMap(({ names }) => names),
  )

  test('let bubblewrap make boxes, and nobody change the machine or look into other processes', () => {
    expect(profile.defaultAction).toBe('SCMP_ACT_ERRNO')
    const needed = ['clone', 'unshare', 'mount', 'umount2', 'pivot_root', 'sethostname', 'prctl', 'execve']
    expect(needed.filter((name) => !allowed.has(name))).toEqual([])
    const forbidden = ['ptrace', 'bpf', 'init_module', 'kexec_load', 'process_vm_readv', 'perf_event_open']
    const more = ['open_by_handle_at', 'keyctl', 'reboot', 'settimeofday', 'swapon', 'setns', 'userfaultfd']
    expect([...forbidden, ...more, 'io_uring_setup'].filter((name) => allowed.has(name))).toEqual([])
    const twice = profile.syscalls.flatMap(({ names }) => names)
    expect(new Set(twice).size).toBe(twice.length)
  })

  test('of AppArmor name mounts, and not the machine', () => {
    const rules = textOf('container/apparmor')
    for (const rule of ['mount,', 'umount,', 'pivot_root,', 'deny @{PROC}/sys/** wklx,'])
      expect(rules).toContain(`\n  ${rule}\n`)
  })

  withTool('apparmor_parser', 'apparmor_parser reads the profile, and not a broken one', async (parser) => {
    const parse = (path: string) => {
      const base = parser.replace(/\/(usr\/)?sbin\/apparmor_parser$/, '/etc/apparmor.d')
      return said(parser, ['-Q', '-K', '--base', base, path])
    }
    expect(await parse(join(infra, 'container/apparmor'))).toMatchObject({ status: 0 })
    const broken = join(mkdtempSync(join(tmpdir(), 'huisclos-profile-')), 'broken')
    writeFileSync(broken, 'profile huisclos { mountain, }\n')
    expect((await parse(broken)).status).not.toBe(0)
  })
})

describe('a secret that is a file', () => {
  const script = join(infra, 'container/with-secrets.sh')
  const show = (value: string) =>
    said('/bin/sh', [
      '-c',
      `HUISCLOS_SECRET_FILE='${value}' exec /bin/sh '${script}' sh -c 'echo "$HUISCLOS_SECRET:$HUISCLOS_SECRET_FILE"'`,
    ])

  test('is a variable of the command alone, spaces and all', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'huisclos-secret-')), 'secret')
    writeFileSync(path, 'two words $HOME\n')
    expect(await show(path)).toEqual({ status: 0, text: 'two words $HOME:\n' })
  })

  test('and is not there ends the start with 78', async () => {
    expect(await show('/nowhere')).toMatchObject({ status: 78, text: expect.stringContaining('SECRET_FILE') })
  })
})

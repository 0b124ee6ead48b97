/** The units of systemd: verified and scored by its own program, and held to what a node needs (security.md 0, 6.3). */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readSettings } from '../../services/config.ts'
import { said, textOf, withTool } from './tools.ts'

const services = ['huisclos.service', 'huisclos-witness.service', 'huisclos-backup.service'] as const
const units = [...services, 'huisclos-backup.timer'] as const

/** What a unit says, by key, each key's values in their order. */
function settingsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [, key, value = ''] = /^([A-Z][A-Za-z]+)=(.*)$/.exec(line) ?? []
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), value])
  }
  return found
}

const wanted: Readonly<Record<string, RegExp>> = {
  NoNewPrivileges: /^yes$/,
  ProtectSystem: /^strict$/,
  PrivateTmp: /^yes$/,
  LimitCORE: /^0$/,
  MemorySwapMax: /^0$/,
  MemoryMax: /^\d/,
  UMask: /^0077$/,
}

/** What stands between a unit and a node that runs well in it. */
function faultsOf(text: string): string[] {
  const found = settingsOf(text)
  const last = (key: string) => found.get(key)?.at(-1) ?? ''
  const missing = Object.entries(wanted).flatMap(([key, value]) => (value.test(last(key)) ? [] : [key]))
  return text.includes('services/main.ts') ? [...missing, ...ofGateway(found, last)] : missing
}

function ofGateway(found: ReadonlyMap<string, readonly string[]>, last: (key: string) => string): string[] {
  const stays = last('RestartPreventExitStatus').split(' ')
  const calls = last('SystemCallFilter')
  return [
    ...['72', '73', '74', '75', '78'].filter((status) => !stays.includes(status)),
    ...['70', '71'].filter((status) => stays.includes(status)),
    ...(/^(on-failure|always)$/.test(last('Restart')) ? [] : ['Restart']),
    // Each of these stops bubblewrap, or the group of a worker.
    ...['RestrictNamespaces', 'ProtectHostname', 'ProtectControlGroups', 'MemoryDenyWriteExecute'].filter(
      (key) => found.has(key),
    ),
    ...(calls === '' || (calls.includes('@mount') && calls.includes('sethostname'))
      ? []
      : ['SystemCallFilter']),
    ...(last('Delegate').includes('memory') ? [] : ['Delegate']),
    // main.ts gives itself 30 s for a stop.
    ...(Number.parseInt(last('TimeoutStopSec'), 10) > 30 ? [] : ['TimeoutStopSec']),
  ]
}

describe('a unit of systemd', () => {
  test.each(services)('%s is closed to what it does not need, and starts again when that helps', (unit) => {
    expect(faultsOf(textOf(`systemd/${unit}`))).toEqual([])
  })

  test.each([
    ['RestrictNamespaces', 'Delegate=', 'RestrictNamespaces=yes\nDelegate='],
    ['72', 'RestartPreventExitStatus=72 ', 'RestartPreventExitStatus='],
    ['71', 'RestartPreventExitStatus=72', 'RestartPreventExitStatus=71 72'],
    ['SystemCallFilter', '@system-service @mount', '@system-service'],
    ['LimitCORE', 'LimitCORE=0', 'LimitCORE=infinity'],
    ['NoNewPrivileges', 'NoNewPrivileges=yes\n', ''],
    ['TimeoutStopSec', 'TimeoutStopSec=45s', 'TimeoutStopSec=10s'],
  ])('%s that is wrong is reported', (fault, from, to) => {
    expect(faultsOf(textOf('systemd/huisclos.service').replace(from, to))).toEqual([fault])
  })

  test('gives the gateway an environment that it knows, and a database without a password', () => {
    for (const unit of ['huisclos.service', 'huisclos-backup.service']) {
      const pairs = (settingsOf(textOf(`systemd/${unit}`)).get('Environment') ?? []).map((pair) => {
        const at = pair.indexOf('=')
        return [pair.slice(0, at), pair.slice(at + 1)] as const
      })
      const { HUISCLOS_CONFIG, ...environment } = Object.fromEntries(pairs)
      expect(HUISCLOS_CONFIG).toBe('/etc/huisclos/huisclos.json')
      const settings = readSettings(environment)
      expect(settings.home).toBe('/var/lib/huisclos')
      expect(new URL(settings.databaseUrl ?? '')).toMatchObject({ username: 'huisclos', password: '' })
    }
  })

  withTool('systemd-analyze', 'systemd-analyze verify has nothing to say of any of them', async (analyze) => {
    const folder = mkdtempSync(join(tmpdir(), 'huisclos-units-'))
    // Where Node is on this machine.
    for (const unit of units)
      writeFileSync(
        join(folder, unit),
        textOf(`systemd/${unit}`).replaceAll('/usr/bin/node', process.execPath),
      )
    const verify = (unit: string) => said(analyze, ['verify', '--man=no', join(folder, unit)])
    for (const unit of units) expect([unit, await verify(unit)]).toEqual([unit, { status: 0, text: '' }])
    writeFileSync(join(folder, 'broken.service'), '[Service]\nExecStart=/bin/true\nMemoryMux=1\n')
    expect(await verify('broken.service')).toMatchObject({ text: expect.stringContaining('MemoryMux') })
  })

  withTool('systemd-analyze', 'systemd-analyze security scores them below what is set', async (analyze) => {
    const below = { 'huisclos.service': 30, 'huisclos-witness.service': 15, 'huisclos-backup.service': 20 }
    const score = (path: string, threshold: number) =>
      said(analyze, ['security', '--offline=true', '--no-pager', `--threshold=${threshold}`, path])
    for (const unit of services) {
      const scored = await score(
        new URL(`../../infra/systemd/${unit}`, import.meta.url).pathname,
        below[unit],
      )
      expect([unit, scored.status, scored.text.split('\n').at(-2)]).toEqual([
        unit,
        0,
        expect.stringMatching(/exposure level for .*: [12]\.\d OK/),
      ])
    }
    const bare = join(mkdtempSync(join(tmpdir(), 'huisclos-units-')), 'bare.service')
    writeFileSync(bare, '[Service]\nExecStart=/bin/true\n')
    expect((await score(bare, 30)).status).not.toBe(0)
  })
})

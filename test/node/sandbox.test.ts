/** What a node says and does by what it found of a sandbox. */
import { expect, test } from '@jest/globals'
import { machineSandbox, type Sandbox } from '../../services/engine/box/sandbox.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { StartError } from '../../services/node/listening.ts'
import { openNode } from '../../services/node.ts'
import { openTestNode } from '../node.ts'

const found: readonly (readonly [string, Promise<Sandbox>, string])[] = [
  ['none', Promise.resolve({ kind: 'none', why: 'programs', could: [] }), 'sans bac à sable'],
  ['what this machine has', machineSandbox(), 'pas de données réelles'],
]

test.each(found)(
  'a demonstration with %s says it on its page, in its log, its health and its figures, and is ready all the same',
  async (_name, sandbox, words) => {
    const node = await openTestNode({}, { sandbox })
    try {
      expect((await node.call('GET', '/')).json).toContain(words)
      const box = await sandbox
      const isNone = box.kind === 'none'
      const workerGroups = box.kind !== 'none' && box.groups !== undefined
      expect(await node.call('GET', '/healthz')).toEqual({
        status: 200,
        json: { ...(isNone ? { status: 'degraded', lacks: ['sandbox'] } : { status: 'ok' }), workerGroups },
      })
      expect(await node.call('GET', '/readyz')).toMatchObject({ status: 200, json: { ready: true } })
      expect((await node.call('GET', '/metrics')).json).toContain(`\nhuisclos_sandboxed ${isNone ? 0 : 1}\n`)
      const { json } = await node.call('GET', `/api/v1/audit/entries/${new Date().getUTCFullYear()}/1`, {
        as: 'nadia',
      })
      expect(JSON.stringify(json)).toContain(`"sandbox":"${box.kind}"`)
    } finally {
      await node.close()
    }
  },
)

test('production without a sandbox is refused with 73, before anything is opened', async () => {
  const configuration = { grants: 'individual' } as const
  const opening = openNode({
    settings: {
      home: '/nowhere',
      port: 0,
      wirePort: 0,
      mode: { kind: 'production', configuration },
    } as never,
    clock: systemClock,
    log: silentLog,
    print: () => {},
    sandbox: Promise.resolve({ kind: 'none', why: 'probe', could: ['opens a socket'] }),
  })
  await expect(opening).rejects.toThrow('probe, opens a socket')
  await expect(opening).rejects.toMatchObject({ exitCode: 73 })
  await expect(opening).rejects.toBeInstanceOf(StartError)
})

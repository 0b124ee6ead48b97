import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLog } from '../../services/kernel/log.ts'
import { Closing } from '../../services/node/closing.ts'
import { openHome, takeOverHome } from '../../services/node/floors.ts'
import { StartError } from '../../services/node/listening.ts'

let home: string
const old = () => new Closing(silentLog)
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-relay-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

test('a node that takes over waits for the one before, and then has the home for itself', async () => {
  const [first, second] = [old(), old()]
  await openHome({ home, closing: first })
  const isOver = { first: false }
  const taken = takeOverHome({ home, closing: second }, new AbortController().signal).then(() => isOver.first)
  await new Promise((resolve) => setTimeout(resolve, 60))
  isOver.first = true
  await first.close()
  expect(await taken).toBe(true)
  await expect(openHome({ home, closing: old() })).rejects.toThrow(StartError)
  await second.close()
})

test('a wait that is broken off leaves the home to the one before', async () => {
  const first = old()
  await openHome({ home, closing: first })
  const waiting = new AbortController()
  const taken = takeOverHome({ home, closing: old() }, waiting.signal)
  waiting.abort()
  await expect(taken).rejects.toThrow(`process ${process.pid}`)
  await first.close()
})

test('a home that cannot be used is not waited for', async () => {
  const none = takeOverHome({ home: '/proc/none', closing: old() }, new AbortController().signal)
  await expect(none).rejects.toThrow('/proc/none')
})

import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { openProgressLine, progressText } from '../../services/cli/progress-text.ts'

const reading = {
  step: 'read',
  table: 'sejours',
  rows: 1_250_000,
  bytes: 120e6,
  total: 340e6,
  secondsLeft: 65,
} as const

/** Thousands are set apart by a space that does not break. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ')

test('rows, bytes and time left are said in the language of the person', () => {
  expect(plain(progressText(reading, 'fr'))).toBe(
    'lecture sejours · 1 250 000 lignes · 120/340 Mo · reste 1 min 05 s',
  )
  expect(progressText(reading, 'en')).toBe('reading sejours · 1,250,000 rows · 120/340 MB · left 1 min 05 s')
})

test('what is not known is not said', () => {
  expect(progressText({ step: 'queued' }, 'fr')).toBe('en attente')
  expect(progressText({ step: 'write', table: 'lits', rows: 3, bytes: 9, total: 9 }, 'en')).toBe(
    'writing lits · 3 rows',
  )
})

function lineOn(isTerminal: boolean) {
  const stream = new PassThrough()
  const clock = { now: 0 }
  const line = openProgressLine({ stream, isTerminal, language: 'fr', now: () => clock.now })
  return { line, clock, written: () => String(stream.read() ?? '') }
}

test('on a terminal one line is written over and over, and taken away', () => {
  const { line, written } = lineOn(true)
  line.show({ step: 'queued' })
  line.show({ step: 'publish' })
  line.end()
  expect(written()).toBe('\r\u001B[Ken attente\r\u001B[Kpublication\r\u001B[K')
})

test('elsewhere a line comes after two seconds, then every five', () => {
  const { line, clock, written } = lineOn(false)
  for (const now of [0, 1999, 2000, 6999, 7000]) {
    clock.now = now
    line.show({ step: 'queued' })
  }
  line.end()
  expect(written()).toBe('en attente\nen attente\n')
})

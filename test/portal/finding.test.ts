/** How the palette finds by a few letters. */
import { expect, test } from '@jest/globals'
import { findBy } from '../../services/portal/finding.ts'

const things = ['Épidémiologie des séjours', 'Demandes', 'Insuffisance cardiaque', 'Œdème pulmonaire']
const find = (typed: string) => findBy(typed, things, (thing) => thing)

test.each([
  ['', things],
  ['epidemio', ['Épidémiologie des séjours']],
  ['SÉJOURS epi', ['Épidémiologie des séjours']],
  ['oedeme', ['Œdème pulmonaire']],
  ['suffisance', ['Insuffisance cardiaque']],
  ['crdq', ['Insuffisance cardiaque']],
  ['dem', ['Demandes', 'Œdème pulmonaire', 'Épidémiologie des séjours']],
  ['epi cardiaque', []],
  ['<img src=x>', []],
])('%j finds %j', (typed, found) => {
  expect([...find(typed)].sort()).toEqual([...found].sort())
})

test('what begins with the letters comes before what has them inside', () => {
  expect(find('dem')[0]).toBe('Demandes')
})

test('words that stand there as they were typed come before the same words apart', () => {
  const numbered = ['FR-2026-1 D', 'D-2026-1']
  expect(findBy('d-2026', numbered, (one) => one)[0]).toBe('D-2026-1')
})

/** The operator's page: health and remedies, never data. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { figuresOf } from '../../services/portal/pages/ops/figures.ts'
import { tilesOf } from '../../services/portal/pages/ops/tiles.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

let portal: Portal
beforeAll(async () => {
  portal = await openPortal()
  document({ lang: 'fr' })
}, 120_000)
afterAll(() => portal?.close())

/** The pure parts read the language of the page. */
function document({ lang }: { readonly lang: string }): void {
  Object.assign(globalThis, { document: { documentElement: { lang } } })
}

describe('the operator', () => {
  test('sees that all is well, the keys and the last start, and rotates the keys', async () => {
    const { page, goto, complaints } = await portal.as('karim')
    await goto('/')
    await page.getByRole('link', { name: 'Exploitation' }).click()
    await page.getByRole('heading', { level: 1, name: 'Exploitation' }).waitFor()
    // Each part of the page asks for itself.
    for (const name of ['Clés au repos', 'Dernier démarrage'])
      await page.getByRole('heading', { level: 2, name }).waitFor()
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual(
      expect.arrayContaining([
        'Journal de preuves',
        'Base de données',
        'Disques',
        'Clés au repos',
        'Dernier démarrage',
      ]),
    )
    expect(await page.locator('code').filter({ hasText: 'npx huisclos doctor' }).count()).toBe(1)
    await page.getByRole('button', { name: 'Renouveler l’enveloppe des clés' }).click()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('reads the same in English and in the dark', async () => {
    const { page, goto } = await portal.as('karim', { lang: 'en', theme: 'dark' })
    await goto('/ops')
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Operation')
    await expectAccessible(page)
  })

  test('has no place in the bar of others', async () => {
    const { page, goto } = await portal.as('alice')
    await goto('/')
    expect(await page.getByRole('link', { name: 'Exploitation' }).count()).toBe(0)
  })
})

const fine = [
  'huisclos_audit_free_bytes 9e12',
  'huisclos_audit_floor_bytes 67108864',
  'huisclos_database_up 1',
  'huisclos_sandboxed 1',
  'huisclos_disk_size_bytes{disk="home"} 100',
  'huisclos_disk_free_bytes{disk="home"} 50',
  'huisclos_backup_age_seconds 60',
]

describe('a tile', () => {
  const toneOf = (name: string, ...changes: string[]) =>
    tilesOf(figuresOf([...changes, ...fine].join('\n'))).find((one) => one.name === name)?.tone

  test('is good where nothing is wrong', () => {
    expect(
      tilesOf(figuresOf(fine.join('\n'))).filter(({ tone }) => tone === 'warn' || tone === 'bad'),
    ).toEqual([])
  })

  test.each([
    ['log', 'huisclos_audit_free_bytes 1', 'bad'],
    ['database', 'huisclos_database_up 0', 'bad'],
    ['database', 'huisclos_database_connections{state="waiting"} 2', 'warn'],
    ['engine', 'huisclos_sandboxed 0', 'warn'],
    ['disks', 'huisclos_disk_free_bytes{disk="home"} 1', 'bad'],
    ['witnesses', 'huisclos_witness_quorum_age_seconds 4000', 'bad'],
    ['witnesses', 'huisclos_witness_conflicts_total 1', 'bad'],
    ['certificate', 'huisclos_certificate_days_left 3', 'bad'],
    ['backup', 'huisclos_backup_age_seconds 900000', 'warn'],
    ['machine', 'huisclos_clock_jumps_total 1', 'warn'],
  ])('%s is told apart at %s: %s', (name, change, tone) => {
    expect(toneOf(name, change)).toBe(tone)
  })
})

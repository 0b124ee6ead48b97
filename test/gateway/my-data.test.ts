/** "Are my data used?": which projects are told of a dataset, and that a text stays a text. */
import { describe, expect, test } from '@jest/globals'
import type { Dataset } from '../../services/dataset/catalogue.ts'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { myDataPage } from '../../services/gateway/my-data-page.ts'
import { states } from '../../services/habilitation/matrix.ts'
import type { RegisterEntry } from '../../services/review/register/register.ts'
import { small } from '../dataset/small.ts'
import { rulebook } from '../habilitation/fixtures.ts'
import { registerEntry } from '../review/register-entry.ts'

const { vocabularies } = await rulebook()

const dataset = (name: string, change: object = {}): Dataset =>
  ({ descriptor: descriptorSchema.parse({ ...small(name), ...change }), latest: null }) as unknown as Dataset

const shown = (requests: readonly RegisterEntry[], datasets = [dataset('stays')]) =>
  myDataPage({ ...{ language: 'en', vocabularies, datasets, requests }, nameOf: (id) => `<${id}>` })

describe('the page of those whose data it is', () => {
  const about = (state: RegisterEntry['state']) =>
    registerEntry({ id: `D-${state}`, title: `In ${state}`, state, datasets: ['stays'] })

  test('tells projects with a permit, requests under examination and projects that ended, each apart', () => {
    const page = shown(states.map(about))
    expect(page).toContain('Projects with a permit (4)')
    expect(page).toContain('Requests under examination (5)')
    expect(page).toContain('Projects that ended (5)')
    for (const state of ['refused', 'withdrawn', 'lapsed', 'draft'])
      expect(page).not.toContain(`In ${state}<`)
  })

  test('names purpose, applicant and dates, and leads to the request', () => {
    const page = shown([about('active')])
    expect(page).toContain('<a href="/transparence/D-active?lang=en">In active</a>')
    expect(page).toContain('<td>CHU de Rouen</td>')
    expect(page).toContain('Research')
    expect(page).toContain('<time datetime="2026-11-01T12:00:00Z">')
  })

  test('says nobody where nobody asks, though somebody once did', () => {
    expect(shown([about('closed')])).toContain('Nobody asks this dataset today.')
    expect(shown([about('active')])).not.toContain('Nobody asks this dataset today.')
    expect(shown([registerEntry({ datasets: ['other'] })])).toContain('Nobody asks this dataset today.')
  })

  test('leaves out what is about nobody', () => {
    const beds = dataset('beds', { kind: 'non-personal', title: 'Beds' })
    expect(shown([], [beds])).toContain('No dataset of persons here.')
  })

  test('shows texts as texts, and sends nobody to an address that a holder wrote', () => {
    const hostile = '<script>alert(1)</script>'
    const notice = { contactPoint: { name: hostile, url: 'https://example.org/a' } }
    const page = shown(
      [registerEntry({ title: hostile, datasets: ['stays'] })],
      [dataset('stays', { title: hostile, catalogue: { populationCoverage: hostile, ...notice } })],
    )
    expect(page).not.toContain('<script')
    expect(page).toContain('&lt;chu-rouen&gt;')
    expect(page).not.toContain('href="https://example.org')
  })
})

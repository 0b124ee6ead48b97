/**
 * The start of a production node as an operator lives it. Half a minute of two processors: `npm run trials -- production` runs this, and
 * shows its transcript; `npm test` holds the example of a configuration alone.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { readSettings } from '../../services/config.ts'
import { boxed } from '../boxed.ts'
import { type Figures, playProduction } from './played.ts'

const example = fileURLToPath(new URL('../../infra/production/huisclos.json', import.meta.url))

describe('the example of a production configuration', () => {
  test('is taken as it is, names secrets by files of one folder, and holds none', () => {
    const settings = readSettings({ HUISCLOS_CONFIG: example })
    if (settings.mode.kind !== 'production') throw new Error('a configuration means production')
    expect(settings.mode.configuration).toMatchObject({ trustedProxy: '127.0.0.1', host: '127.0.0.1' })
    const text = readFileSync(example, 'utf8')
    const references = [...text.matchAll(/"(file:[^"]+|env:[^"]+)"/g)].map(([, one]) => one)
    expect(references.length).toBeGreaterThan(1)
    for (const one of references) expect(one).toMatch(/^file:\/etc\/huisclos\/secrets\/[a-z.]+$/)
    expect(text).not.toMatch(/BEGIN|"(password|secret)": "(?!file:)/)
  })
})

/** Skipped aloud but in the trial. */
const isTrial = process.env.HUISCLOS_TRIAL === 'production'
if (!isTrial) process.stderr.write('the start of production is played by npm run trials -- production\n')
const played = isTrial ? boxed : test.skip

describe('a production node with a PostgreSQL of its own and two issuers', () => {
  let figures: Figures | undefined
  beforeAll(async () => {
    if (!isTrial) return
    figures = (await playProduction())?.figures
    if (figures === undefined)
      process.stderr.write('no openssl or no bubblewrap here: the start of production is not played\n')
  }, 240_000)

  played('is refused with 78 on a wrong file, and signs people of both issuers in on a right one', () => {
    expect(figures?.refused).toBe(78)
    expect(figures?.known).toEqual(['chu:alice researcher level 2', 'proconnect:rene registrar level 2'])
  })

  played('takes a deposit, leads a request to its permit and a person to her grant, and answers', () => {
    expect(figures?.answer.statuses.at(-1)).toBe('active')
    expect(figures?.answer.rows).toEqual([
      ['F', 20],
      ['M', 40],
    ])
  })

  played('starts again as systemd starts it, with the sessions and the log of before, and a witness', () => {
    expect(figures).toMatchObject({ again: 200, isCosigned: true, verified: 0, ended: 0 })
    expect(figures?.entries).toEqual(
      expect.arrayContaining(['log.started', 'auth.opened', 'query.release', 'habilitation.issued']),
    )
    const looked = figures?.doctor.lines.join('\n')
    expect(looked).toMatch(/configuration +production/)
    expect(looked).toMatch(/issuers +chu, proconnect/)
  })
})

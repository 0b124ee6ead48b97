/** What is true of the built pages and of their sources, without a browser. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { apiTypes } from '../../infra/api-types.ts'
import { portalPlaces } from '../../services/gateway/routes/portal.ts'
import { openApiDocument } from '../../services/gateway/routes.ts'
import { unusedKeys } from './words.ts'

const sources = fileURLToPath(new URL('../../services/portal', import.meta.url))
const built = join(sources, 'dist')
const kilobytes = (file: string) => gzipSync(readFileSync(join(built, 'parts', file))).length / 1024

/** The files of a page as the browser loads them first: the script of the shell and what it imports at once. */
function shellFiles(): string[] {
  const shell = readFileSync(join(built, 'index.html'), 'utf8')
  const named = [...shell.matchAll(/\/portal\/parts\/([\w.-]+\.js)/g)].map(([, name = '']) => name)
  const found = new Set<string>()
  const walk = (name: string) => {
    if (found.has(name)) return
    found.add(name)
    const text = readFileSync(join(built, 'parts', name), 'utf8')
    for (const [, other = ''] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) walk(other)
  }
  named.forEach(walk)
  return [...found]
}

const textOf = (file: string) => readFileSync(join(sources, file), 'utf8')
const pages = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !file.startsWith('dist'),
)

describe('the built portal', () => {
  test('loads at most 180 kB of script before its first page', () => {
    const files = shellFiles()
    expect(files.length).toBeGreaterThan(0)
    expect(files.map(kilobytes).reduce((sum, one) => sum + one, 0)).toBeLessThan(180)
  })

  test('has no other piece above 125 kB, and at most 25 kB of style', () => {
    const parts = readdirSync(join(built, 'parts'))
    const first = shellFiles()
    const heavy = parts.filter(
      (file) => file.endsWith('.js') && !first.includes(file) && kilobytes(file) > 125,
    )
    expect(heavy).toEqual([])
    const styles = parts.filter((file) => file.endsWith('.css'))
    expect(styles.map(kilobytes).reduce((sum, one) => sum + one, 0)).toBeLessThan(25)
  })

  test('holds no address of another site', () => {
    const shell = readFileSync(join(built, 'index.html'), 'utf8')
    expect(shell.match(/https?:\/\//g)).toBeNull()
  })
})

describe('the sources of the portal', () => {
  test('know the API as it is', () => {
    expect(textOf('api.ts')).toBe(apiTypes(openApiDocument('')))
  })

  test('set no text as markup', () => {
    const risky = /dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|srcDoc=/
    expect(pages.filter((file) => risky.test(textOf(file)))).toEqual([])
    expect(risky.test('<p dangerouslySetInnerHTML={{ __html: text }} />')).toBe(true)
  })

  test('have a sentence in both languages for each key, and no key that nobody says', () => {
    const words = readdirSync(join(sources, 'words'))
    const code = pages.map(textOf)
    for (const file of words.filter((name) => name.endsWith('.fr.json'))) {
      const french = JSON.parse(textOf(join('words', file)))
      const english = JSON.parse(textOf(join('words', file.replace('.fr.', '.en.'))))
      expect({ file, keys: Object.keys(english).sort() }).toEqual({ file, keys: Object.keys(french).sort() })
      const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
      for (const key of Object.keys(french))
        expect({ key, places: places(english[key]) }).toEqual({ key, places: places(french[key]) })
      expect({ file, unused: unusedKeys(Object.keys(french), code) }).toEqual({ file, unused: [] })
    }
  })

  test('and a key that nobody says is told', () => {
    expect(
      unusedKeys(
        ['a', 'b.one', 'c_one', 'c_other', 'd'],
        ["say('a')", ['say(`b.', '{x}`)'].join('$'), "say('c', {})"],
      ),
    ).toEqual(['d'])
  })

  test('have a page at each address that the gateway leads to the portal', () => {
    const router = textOf('router.tsx')
    expect(portalPlaces.filter((place) => !router.includes(`'/${place}`))).toEqual([])
  })
})

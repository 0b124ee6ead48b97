/** Tries pages by the rules of axe, and counts by criterion of the RGAA what they met and broke. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { StatementFacts } from '../../services/gateway/help/statement-facts.ts'
import type { ListedPage } from './pages.ts'
import { accessibilityRules, signIn } from './visiting.ts'

export interface View {
  readonly language: 'fr' | 'en'
  readonly theme: 'light' | 'dark'
}

interface Trying {
  readonly browser: Browser
  readonly url: string
  readonly pages: readonly ListedPage[]
  readonly views: readonly View[]
  /** The address of a page whose path has places such as `$project`. */
  readonly addressOf?: (page: ListedPage) => string
  readonly say?: (line: string) => void
}

export type Tried = Pick<StatementFacts, 'axe' | 'visits' | 'criteria'>

type Outcome = 'met' | 'broken' | 'undecided'
type Counts = Map<string, Record<Outcome, number>>

/** Visits each page in each view. What a page breaks is told, never thrown. */
export async function tryPages({
  browser,
  url,
  pages,
  views,
  addressOf = ({ path }) => path,
  say = () => {},
}: Trying): Promise<Tried> {
  const visits: Tried['visits'] = []
  const counts: Counts = new Map()
  let axe = ''
  for (const view of views) {
    const people = new Map<string | null, Page>()
    for (const listed of pages) {
      const page = people.get(listed.person) ?? (await visitorOf({ browser, url, view }, listed.person))
      people.set(listed.person, page)
      await opened(page, url + addressOf(listed))
      const result = await new AxeBuilder({ page }).withTags(accessibilityRules).analyze()
      axe = result.testEngine.version
      countIn(counts, result)
      const { path, person } = listed
      const visit = {
        ...{
          page: person === null ? path : `${path} (${person})`,
          language: view.language,
          theme: view.theme,
        },
        passes: result.passes.length,
        violations: result.violations.map(({ id }) => id).sort(),
        incomplete: result.incomplete.map(({ id }) => id).sort(),
      }
      visits.push(visit)
      if (visit.violations.length > 0) say(`${JSON.stringify(visit)} ${placesOf(result)}`)
    }
    for (const page of people.values()) await page.context().close()
  }
  return { axe, visits, criteria: criteriaOf(counts) }
}

interface On {
  readonly browser: Browser
  readonly url: string
  readonly view: View
}

async function visitorOf({ browser, url, view }: On, person: string | null): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    ...{ locale: view.language, colorScheme: view.theme, reducedMotion: 'reduce' },
    viewport: { width: 1280, height: 900 },
  })
  const page = await context.newPage()
  if (person !== null) await signIn(page, url, person)
  return page
}

/** A page of the portal is there when it has its title and waits for nothing. */
async function opened(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.locator('.waiting').first().waitFor({ state: 'detached' })
}

type Result = Awaited<ReturnType<AxeBuilder['analyze']>>

const placesOf = ({ violations }: Result): string =>
  violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 160))).join(' | ')

/** One visit counts once for a criterion: broken before undecided before met. */
function countIn(counts: Counts, { passes, incomplete, violations }: Result): void {
  const found = new Map<string, Outcome>()
  const outcomes: readonly (readonly [Outcome, Result['passes']])[] = [
    ['met', passes],
    ['undecided', incomplete],
    ['broken', violations],
  ]
  for (const [outcome, rules] of outcomes)
    for (const criterion of rules.flatMap(({ tags }) => tags.flatMap(criterionOf)))
      found.set(criterion, outcome)
  for (const [criterion, outcome] of found) {
    const counted = counts.get(criterion) ?? { met: 0, broken: 0, undecided: 0 }
    counted[outcome] += 1
    counts.set(criterion, counted)
  }
}

/** `RGAA-9.1.3` is a test of criterion 9.1. */
function criterionOf(tag: string): readonly string[] {
  const [, criterion] = /^RGAA-(\d{1,2}\.\d{1,2})\.\d{1,2}$/.exec(tag) ?? []
  return criterion === undefined ? [] : [criterion]
}

function criteriaOf(counts: Counts): Tried['criteria'] {
  const order = (criterion: string) => {
    const [theme = 0, number = 0] = criterion.split('.').map(Number)
    return theme * 100 + number
  }
  return [...counts]
    .map(([criterion, counted]) => ({ criterion, ...counted }))
    .sort((a, b) => order(a.criterion) - order(b.criterion))
}

/** `/accessibility`: the statement, made from the last run of the trial and from what is kept by hand. No script. Pure. */
import { escaped } from '../../kernel/markup.ts'
import type { Language } from '../../kernel/text.ts'
import { framedAt } from '../pages.ts'
import { byHand, statementWords as words } from './statement.ts'
import { rateOf, type StatementFacts } from './statement-facts.ts'

type Word = (name: keyof typeof words, given?: Readonly<Record<string, string | number>>) => string

function wordIn(language: Language): Word {
  return (name, given = {}) =>
    escaped(words[name][language].replaceAll(/\{(\w+)\}/g, (_, place: string) => String(given[place] ?? '')))
}

/** `facts`: null where the trial was never run. */
export function statementPage(language: Language, facts: StatementFacts | null): string {
  const word = wordIn(language)
  const hand = byHand.map(
    ({ criteria, says }) => `<dt>${escaped(criteria)}</dt><dd>${escaped(says[language])}</dd>`,
  )
  return framedAt({ language, title: words.title[language], at: '/accessibility' }, [
    `<p class="lead">${word('lead')}</p>`,
    `<h2>${word('state')}</h2>`,
    `<p>${word('stateText')}</p>`,
    ...(facts === null ? [`<p class="hint">${word('never')}</p>`] : resultsOf(language, facts)),
    `<h2>${word('byHand')}</h2>`,
    `<dl>${hand.join('\n')}</dl>`,
    `<h2>${word('contact')}</h2>`,
    `<p>${word('contactText')}</p>`,
    `<h2>${word('remedies')}</h2>`,
    `<p>${word('remediesText')}</p>`,
    ...(facts === null ? [] : [...criteriaOf(word, facts), ...pagesOf(word, facts)]),
  ])
}

function resultsOf(language: Language, facts: StatementFacts): readonly string[] {
  const word = wordIn(language)
  const { visits, criteria, absent, axe, testedAt } = facts
  const decided = criteria.filter(({ met, broken }) => met + broken > 0).length
  const pages = new Set(visits.map(({ page }) => page)).size
  const style = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    ...{ dateStyle: 'long', timeZone: 'UTC' },
  })
  const day = style.format(Date.parse(testedAt))
  const faults = visits.flatMap(({ page, language: spoken, theme, violations }) =>
    violations.map(
      (rule) => `<li><code>${escaped(page)}</code> (${spoken}, ${theme}) : ${escaped(rule)}</li>`,
    ),
  )
  const missing = absent.map((page) => `<code>${escaped(page)}</code>`).join(', ')
  return [
    `<p class="hint"><strong>${word('rate', { rate: rateOf(facts) ?? 0, decided })}</strong></p>`,
    `<p>${word('tried', { day, visits: visits.length, pages, axe })}</p>`,
    `<h2>${word('faults')}</h2>`,
    faults.length === 0 ? `<p>${word('noFaults')}</p>` : `<ul>${faults.join('\n')}</ul>`,
    ...(absent.length === 0 ? [] : [`<p>${word('absent')} ${missing}</p>`]),
  ]
}

function criteriaOf(word: Word, { criteria }: StatementFacts): readonly string[] {
  const rows = criteria.map(({ criterion, met, broken, undecided }) =>
    rowOf(criterion, [String(met), broken === 0 ? '0' : `<strong>${broken}</strong>`, String(undecided)]),
  )
  const heads = (['criterion', 'met', 'broken', 'undecided'] as const).map((name) => word(name))
  return tableOf({ title: word('criteriaTitle'), caption: word('criteriaCaption'), heads, rows })
}

function pagesOf(word: Word, { visits }: StatementFacts): readonly string[] {
  const pages = [...new Set(visits.map(({ page }) => page))].sort()
  const rows = pages.map((page) => {
    const own = visits.filter((visit) => visit.page === page)
    const broken = new Set(own.flatMap(({ violations }) => violations))
    const least = Math.min(...own.map(({ passes }) => passes))
    return rowOf(escaped(page), [
      String(own.length),
      String(least),
      [...broken].map(escaped).join(', ') || '0',
    ])
  })
  const heads = (['page', 'visits', 'rulesMet', 'rulesBroken'] as const).map((name) => word(name))
  return tableOf({ title: word('pagesTitle'), caption: word('pagesCaption'), heads, rows })
}

const rowOf = (head: string, cells: readonly string[]) =>
  `<tr><th scope="row">${head}</th>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`

interface Table {
  readonly title: string
  readonly caption: string
  readonly heads: readonly string[]
  readonly rows: readonly string[]
}

function tableOf({ title, caption, heads, rows }: Table): readonly string[] {
  const shown = heads.map((head, at) => `<th scope="col"${at === 0 ? '' : ' class="number"'}>${head}</th>`)
  return [
    `<h2>${title}</h2>`,
    `<div class="wide" tabindex="0" role="region" aria-label="${title}"><table><caption>${caption}</caption>`,
    `<thead><tr>${shown.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`,
  ]
}

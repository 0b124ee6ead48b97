/** `/transparence/<id>`: all that one request says in public, in plain words. Pure. */
import type { Vocabularies } from '../habilitation/vocabulary.ts'
import { escaped } from '../kernel/markup.ts'
import type { Language } from '../kernel/text.ts'
import type { RegisterEntry } from '../review/register/register.ts'
import { framedAt } from './pages.ts'
import { periodOf, purposeOf, shownInstant, type Word, wordsOf } from './register-page.ts'

export interface RequestPage {
  readonly language: Language
  readonly vocabularies: Vocabularies
}

export function requestPage(one: RegisterEntry, around: RequestPage): string {
  const { language } = around
  const instantOf = (at: string) => shownInstant(at, language, { dateStyle: 'medium', timeStyle: 'short' })
  const saying: Saying = { instantOf, word: wordsOf(language) }
  const { word } = saying
  const facts = one.facts.map(({ fact, at }) => `<li>${instantOf(at)} — ${word(`fact.${fact}`)}</li>`)
  const rows = [...detailsOf(one, around, saying), ...decisionOf(one, saying), ...endOf(one, saying)]
  const title = one.title === '' ? one.id : one.title
  return framedAt({ language, title, at: `/transparence/${encodeURIComponent(one.id)}` }, [
    `<p class="lead">${one.summaryLay === '' ? word('no-summary') : escaped(one.summaryLay)}</p>`,
    `<dl>${rows.map(([term, text]) => `<dt>${word(term)}</dt><dd>${text}</dd>`).join('\n')}</dl>`,
    `<h2>${word('facts')}</h2>`,
    `<ol>${facts.join('\n')}</ol>`,
    ...publicationsOf(one, saying),
    ...versionsOf(one, word),
    ...activityOf(one, word),
    `<p><a href="/transparence?lang=${language}">${word('back')}</a></p>`,
  ])
}

interface Saying {
  readonly word: Word
  readonly instantOf: (at: string) => string
}
type Row = readonly [term: string, html: string]

const lines = (words: readonly string[]): string => words.map(escaped).join('<br>')
/** A row for what there is. */
const some = (term: string, html: string): Row[] => (html === '' ? [] : [[term, html]])

const texts = [
  'publicInterest',
  'aim',
  'expectedBenefits',
  'implementer',
  'financing',
  'publicationPlan',
] as const

function detailsOf(one: RegisterEntry, around: RequestPage, { word, instantOf }: Saying): Row[] {
  const { language, vocabularies } = around
  const route = vocabularies.routes.find(({ code }) => code === one.route)?.[language] ?? one.route
  return [
    ['id', `<code>${escaped(one.id)}</code>`],
    ['state', word(`state.${one.state}`)],
    ['received', instantOf(one.receivedAt)],
    ['applicant', escaped(one.applicant.name)],
    ...some('controllers', lines(one.controllers)),
    ['purposes', one.purposes.map((code) => purposeOf(code, around)).join('<br>')],
    ['route', escaped(route)],
    ...some('references', lines(one.references.map(({ reference }) => reference))),
    ['datasets', lines(one.datasets)],
    ...some('holders', lines(one.holders.map(({ name }) => name))),
    ['period', periodOf(one.accessPeriod, language)],
    ...texts.flatMap((member) =>
      some(member === 'publicInterest' ? 'interest' : member, escaped(one[member] ?? '')),
    ),
    ...some('objectives', lines((one.objectives ?? []).map(({ label }) => label))),
    ...some('legalBasis', lines(one.legalBasis ?? [])),
    ...some('mandate', one.mandate ? lines([one.mandate.text, one.mandate.reference]) : ''),
  ]
}

function decisionOf(
  { decision, reasons = '', permit = '' }: RegisterEntry,
  { word, instantOf }: Saying,
): Row[] {
  if (decision === null) return []
  return [
    ['decision', word(`outcome.${decision.outcome}`)],
    ['decided', instantOf(decision.at)],
    ...some('reasons', escaped(reasons)),
    ...some('conditions', lines(decision.conditions)),
    ...some('permit', permit === '' ? '' : `<code>${escaped(permit)}</code>`),
  ]
}

function endOf(
  { endedAt, results, certificate, releases }: RegisterEntry,
  { word, instantOf }: Saying,
): Row[] {
  return [
    ...some('ended', endedAt === null ? '' : instantOf(endedAt)),
    ...some('results-due', results === null ? '' : instantOf(results.dueAt)),
    ...(results?.overdue ? [['overdue', `<strong>${word('overdue')}</strong>`] as const] : []),
    ...(releases === 0 ? [] : [['releases', `${releases}`] as const]),
    ...some('certificate', certificate === null ? '' : `<code>${escaped(certificate)}</code>`),
  ]
}

/** What the project says of its work; the links lead away from here. */
function publicationsOf({ publications }: RegisterEntry, { word, instantOf }: Saying): string[] {
  if (publications.length === 0) return []
  const items = publications.map(
    ({ kind, at, title, summary, link }) =>
      `<li><strong>${escaped(title)}</strong> (${word(`publication.${kind}`)}, ${instantOf(at)})<br>${escaped(summary)}<br><a href="${escaped(link)}" rel="nofollow noopener noreferrer">${escaped(link)}</a></li>`,
  )
  return [`<h2>${word('publications')}</h2>`, `<ul>${items.join('\n')}</ul>`]
}

function versionsOf({ versions }: RegisterEntry, word: Word): string[] {
  if (versions.length === 0) return []
  const items = versions.map(({ version, sha256, changes, otherChanges }) => {
    const clauses = changes.map(
      ({ path, added, removed }) =>
        `<li><code>${escaped(path)}</code>${part(word('added'), added)}${part(word('removed'), removed)}</li>`,
    )
    const others = otherChanges === 0 ? [] : [`<li>${word('other-changes', { count: otherChanges })}</li>`]
    const changed = [...clauses, ...others]
    const list = changed.length === 0 ? '' : `<ul>${changed.join('')}</ul>`
    return `<li>${word('version', { version })} <code>${escaped(sha256)}</code>${list}</li>`
  })
  return [`<h2>${word('versions')}</h2>`, `<ul>${items.join('\n')}</ul>`]
}

const part = (label: string, words: readonly string[]): string =>
  words.length === 0 ? '' : `<br>${label} : ${words.map(escaped).join(', ')}`

function activityOf({ activity }: RegisterEntry, word: Word): string[] {
  if (activity.length === 0) return []
  const heads = ['month', 'queries', 'refusals'].map((head) => `<th scope="col">${word(head)}</th>`)
  const rows = activity.map(
    ({ month, queries, refusals }) =>
      `<tr><th scope="row">${month}</th><td>${queries}</td><td>${refusals}</td></tr>`,
  )
  return [
    `<h2>${word('activity')}</h2>`,
    `<p>${word('activity-note')}</p>`,
    `<table><caption>${word('activity-caption')}</caption><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
  ]
}

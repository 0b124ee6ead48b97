/** `/catalogue/<name>` as a page: what a dataset holds, on what terms, and how to ask. No script, everything escaped. Pure. */
import type { Dataset } from '../dataset/catalogue.ts'
import type { expectation } from '../dataset/contract.ts'
import type { Completeness } from '../dataset/dcat/mandatory.ts'
import type { Field, Resource } from '../dataset/descriptor.ts'
import { classOf } from '../dataset/relations.ts'
import { escaped } from '../kernel/markup.ts'
import type { Language } from '../kernel/text.ts'
import type { FoundProfile } from '../query/profile/profiles.ts'
import { catalogueWords, languageSwitch } from './catalogue-page.ts'
import { framed } from './pages.ts'
import { type ProfilePart, profileNote, profileOfTable, stripOf, valuesCell } from './profile-part.ts'

export interface DatasetPage {
  readonly language: Language
  readonly dataset: Dataset
  readonly completeness: Completeness
  /** When the next version is promised. */
  readonly expected?: ReturnType<typeof expectation>
  readonly nameOf: (organisation: string) => string
  /** What may be told of the rows of its latest version. */
  readonly profile: FoundProfile
}

const partOf = ({ language, dataset, profile }: DatasetPage): ProfilePart => ({
  language,
  found: profile,
  latest: dataset.latest,
})

export function datasetPage(shown: DatasetPage): string {
  const { language, dataset, completeness } = shown
  const { descriptor } = dataset
  const { name, title = name, description } = descriptor
  const word = catalogueWords(language)
  const { missing, filled, of } = completeness
  return framed(language, title, [
    languageSwitch(language, `/catalogue/${name}`),
    ...(description === undefined ? [] : [`<p>${escaped(description)}</p>`]),
    listOf(factsOf(shown)),
    `<h2>${word('coverage')}</h2>`,
    listOf(coverageOf(shown)) || `<p>${word('not-told')}</p>`,
    `<h2>${word('conditions')}</h2>`,
    `<p>${word(`conditions.${descriptor.kind}`, { threshold: descriptor.threshold })}</p>`,
    ...[descriptor.catalogue?.accessConditions].flatMap((one) =>
      one === undefined ? [] : [`<p>${escaped(one)}</p>`],
    ),
    `<h2>${word('ask')}</h2>`,
    `<p><a href="/requests?dataset=${encodeURIComponent(name)}&amp;lang=${language}">${word('ask-link')}</a></p>`,
    `<p>${word('ask-note', { name })}</p>`,
    `<h2>${word('dictionary')}</h2>`,
    `<p><a href="/catalogue/${name}/dictionary.csv">${word('dictionary-file')}</a></p>`,
    ...profileNote(partOf(shown)),
    ...descriptor.resources.map((one) => tableOf(one, shown)),
    ...twinOf(shown),
    `<h2>${word('notice')}</h2>`,
    `<p>${word('completeness', { filled, of })}</p>`,
    ...(missing.length === 0
      ? []
      : [`<p>${word('missing')} <code>${missing.map(escaped).join('</code>, <code>')}</code></p>`]),
    `<p><a href="/catalogue?lang=${language}">${word('back')}</a></p>`,
  ])
}

/** Links to the invented rows of each table of a dataset of persons. */
function twinOf({ language, dataset }: DatasetPage): string[] {
  const { kind, name, resources } = dataset.descriptor
  if (kind !== 'personal') return []
  const word = catalogueWords(language)
  const links = resources.map((one) => {
    const href = `/catalogue/${name}/twin/${one.name}`
    return `<a href="${href}">${escaped(one.name)}</a> (<a href="${href}?format=parquet">Parquet</a>)`
  })
  return [
    `<h2>${word('twin')}</h2>`,
    `<p>${word('twin-note')}</p>`,
    `<p>${links.join(' · ')}</p>`,
    `<pre>huisclos query --twin ${name} "SELECT …"</pre>`,
  ]
}

type Fact = readonly [label: string, values: readonly string[]]

/** Empty where no fact has a value. Values are HTML. */
function listOf(facts: readonly Fact[]): string {
  const rows = facts.flatMap(([label, values]) =>
    values.length === 0 ? [] : [`<dt>${label}</dt><dd>${values.join('<br>')}</dd>`],
  )
  return rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`
}

function factsOf({ language, dataset, nameOf, expected = {} }: DatasetPage): Fact[] {
  const { descriptor, latest } = dataset
  const { contactPoint, purposes = [], provenance, legalBasis = [] } = descriptor.catalogue ?? {}
  const word = catalogueWords(language)
  const { expectedBy: day, late } = expected
  const next = day === undefined ? [] : [word(late ? 'late' : 'expected', { day })]
  const contact = [contactPoint?.name, contactPoint?.email, contactPoint?.url]
  return [
    [word('name'), [`<code>${escaped(descriptor.name)}</code>`]],
    [word('holder'), [escaped(nameOf(descriptor.holder))]],
    [word('kind'), [word(`kind.${descriptor.kind}`)]],
    [word('version'), [latest === null ? word('no-version') : String(latest.version), ...next]],
    [word('theme'), (descriptor.keywords ?? []).map(escaped)],
    [word('purposes'), purposes.map(escaped)],
    [word('provenance'), told(provenance)],
    [word('legal-basis'), legalBasis.map(escaped)],
    [word('contact'), contact.flatMap(told)],
  ]
}

function coverageOf({ language, dataset }: DatasetPage): Fact[] {
  const { catalogue = {} } = dataset.descriptor
  const { spatial = [], temporal, populationCoverage, typicalAge, codingSystems = [] } = catalogue
  const word = catalogueWords(language)
  return [
    [word('period'), temporal === undefined ? [] : [`${temporal.from} → ${temporal.until ?? '…'}`]],
    [word('places'), spatial.map(escaped)],
    [word('population'), told(populationCoverage)],
    [word('ages'), typicalAge === undefined ? [] : [`${typicalAge[0]} – ${typicalAge[1]}`]],
    [word('coding'), codingSystems.map(escaped)],
  ]
}

const told = (text: string | undefined): string[] => (text === undefined ? [] : [escaped(text)])

function tableOf(resource: Resource, shown: DatasetPage): string {
  const { language, dataset } = shown
  const part = partOf(shown)
  const strip = profileOfTable(part, resource.name)?.strip
  const word = catalogueWords(language)
  const { name, title, schema } = resource
  const caption = `${escaped(name)}${title === undefined ? '' : ` — ${escaped(title)}`}`
  const heads = ['column', 'type', 'role', 'meaning', 'values'].map(
    (head) => `<th scope="col">${word(head)}</th>`,
  )
  return [
    '<div class="wide" tabindex="0"><table>',
    `<caption>${caption} (${word(`class.${classOf(dataset.descriptor, resource)}`)})</caption>`,
    `<thead><tr>${heads.join('')}</tr></thead>`,
    `<tbody>${schema.fields.map((field) => rowOf(field, valuesCell(part, name, field.name))).join('')}</tbody>`,
    '</table></div>',
    ...(strip === undefined ? [] : [stripOf(part, strip)]),
  ].join('\n')
}

function rowOf(
  { name, type, role, title = '', description = '', unit, bounds }: Field,
  values: string,
): string {
  const measure = unit === undefined ? '' : ` (${escaped(unit)})`
  const range = bounds === undefined ? '' : ` [${bounds[0]}, ${bounds[1]}]`
  const meaning = [title, description].filter(Boolean).map(escaped).join('<br>')
  return `<tr><th scope="row"><code>${escaped(name)}</code></th><td>${type}${range}${measure}</td><td>${escaped(role ?? '')}</td><td>${meaning}</td><td>${values}</td></tr>`
}

/** The text of docs/functions.md, read off the register of functions. */
import { type Capability, capabilities, engineVersion } from '../services/engine/capabilities.ts'
import { clockNames } from '../services/query/functions.ts'
import { aggregatesAcrossPersons } from '../services/query/leaf/measure.ts'
import { synonymOf, synonyms } from '../services/query/synonyms.ts'

/** Families of functions of a row, in the order in which they are tried: the first whose pattern fits has the function. */
const families: readonly (readonly [title: string, pattern: RegExp])[] = [
  ['JSON', /json|^->>$/],
  ['Listes / Lists', /^(list|array)(_|$)|^(apply|cardinality|element_at|filter|flatten|grade_up)$/],
  ['Structures / Structures', /^(map|struct|union|enum)(_|$)|^row$/],
  [
    'Dates et heures / Dates and times',
    /^(date|time|epoch|iso(dow|year)|make_|to_(centur|day|decade|hour|micro|millen|milli|minute|month|quarter|second|timestamp|week|year))|(day|week|month|year|hour|minute|second|century|decade|millennium|quarter|interval)s?$|^(day|month)name$|^(dayof|days_in|era|julian|strftime|strptime|try_strptime|weekof|yearweek)/,
  ],
  [
    'Nombres / Numbers',
    /^(abs|a?cosh?|cot|a?sinh?|a?tanh?|atan2|add|bit_count|cbrt|ceil|ceiling|degrees|divide|even|exp|factorial|fdiv|floor|fmod|gamma|gcd|greatest|greatest_common_divisor|isfinite|isinf|isnan|lcm|least|least_common_multiple|lgamma|ln|log|log10|log2|mod|multiply|nextafter|pi|pow|power|radians|round|round_even|roundbankers|sign|signbit|sqrt|subtract|trunc|xor)$/,
  ],
  ['Valeurs absentes, types / Absent values, types', /^(nullif|typeof)$/],
]
const text = 'Textes et binaires / Text and binary'

const isWord = ({ name }: Capability) => /^[a-z_]\w*$/i.test(name)

function familyOf({ name }: Capability): string {
  return families.find(([, pattern]) => pattern.test(name))?.[0] ?? text
}

const listed = (names: Iterable<string>): string =>
  [...new Set(names)]
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(' ')

const section = (title: string, ...paragraphs: readonly string[]): string =>
  [`## ${title}`, ...paragraphs].join('\n\n')

function rowFunctions(): readonly string[] {
  const allowed = capabilities.filter(
    (entry) => (entry.kind === 'scalar' || entry.kind === 'macro') && entry.class === 'allow',
  )
  const words = allowed.filter(isWord)
  const titles = [...families.map(([title]) => title), text]
  return [
    ...titles.map((title) => {
      const names = words.filter((entry) => familyOf(entry) === title).map(({ name }) => name)
      return `### ${title}\n\n${listed(names)}`
    }),
    `### Signes / Signs\n\n${allowed
      .filter((entry) => !isWord(entry))
      .map(({ name }) => (name.includes('`') ? name : `\`${name}\``))
      .toSorted()
      .join(' ')}`,
  ]
}

function refused(): readonly string[] {
  const denied = capabilities.filter(
    (entry) =>
      entry.class === 'deny' &&
      isWord(entry) &&
      !/^(__internal|icu_collate)/.test(entry.name) &&
      entry.kind !== 'pragma',
  )
  const reasons = [...new Set(denied.map(({ why = '' }) => why))].toSorted()
  return reasons.map((why) => {
    const names = denied.filter((entry) => entry.why === why).map(({ name }) => name)
    return `- **${why}**: ${listed(names)}`
  })
}

function writtenAs(): readonly string[] {
  const forms = new Map<string, string[]>()
  for (const name of synonyms) {
    const form = synonymOf(name)
    if (form) forms.set(form, [...(forms.get(form) ?? []), name])
  }
  return [...forms].map(([form, names]) => `| ${listed(names)} | \`${form.replaceAll('|', '\\|')}\` |`)
}

/** The whole page. */
export function functionsPage(): string {
  const aggregates = capabilities.filter((entry) => entry.kind === 'aggregate' && entry.class !== 'deny')
  const across = aggregates.filter(({ name }) => aggregatesAcrossPersons.includes(name))
  const within = aggregates.filter((entry) => !across.includes(entry) && entry.windowOnly !== true)
  const windows = aggregates.filter((entry) => entry.windowOnly === true && entry.name !== 'fill')
  const names = (entries: readonly Capability[]) => listed(entries.map(({ name }) => name))
  const tables = capabilities.filter((entry) => entry.kind === 'table' && entry.class === 'allow')
  return `${[
    '# Fonctions permises / Allowed functions',
    '<!-- Written by `npm run generate` from services/engine/capabilities.json. Do not edit. -->',
    `DuckDB ${engineVersion()}. Une fonction qui n’est pas ici est refusée (FUNCTION_NOT_ALLOWED). Les règles : [disclosure.fr.md](disclosure.fr.md). / A function that is not here is refused (FUNCTION_NOT_ALLOWED). The rules: [disclosure.md](disclosure.md).`,
    section(
      'Agrégats sur plusieurs personnes / Aggregates across persons',
      names(across),
      'Avec ou sans `FILTER` ; `DISTINCT` avec `count` seulement. / With or without `FILTER`; `DISTINCT` with `count` only.',
    ),
    section(
      'Agrégats d’une seule personne / Aggregates within one person',
      names(within),
      'Là où l’identifiant de la personne est dans `GROUP BY` ou `PARTITION BY`, et au-dessus d’un agrégat diffusé. / Where the identifier of the person is in `GROUP BY` or `PARTITION BY`, and above a released aggregate.',
    ),
    section(
      'Fenêtres / Windows',
      names(windows),
      'Et tous les agrégats ci-dessus, avec l’identifiant de la personne dans `PARTITION BY` ; au-dessus d’un agrégat diffusé, sans condition. / And all aggregates above, with the identifier of the person in `PARTITION BY`; above a released aggregate, without condition.',
    ),
    section(
      'Dans FROM / In FROM',
      names(tables),
      'De nombres écrits, 10 000 valeurs au plus. / Of written numbers, 10,000 values at most.',
    ),
    section(
      'Date du jour / The current date',
      listed(clockNames),
      'Donnent le jour de la demande, à Paris, le même pour toute la requête. / Give the day of the request, in Paris, the same throughout the query.',
    ),
    section('Par ligne / Per row', ...rowFunctions()),
    section(
      'Écrire autrement / Written otherwise',
      ['| ailleurs / elsewhere | ici / here |', '|---|---|', ...writtenAs()].join('\n'),
    ),
    section('Refusées, et pourquoi / Refused, and why', refused().join('\n')),
  ].join('\n\n')}\n`
}

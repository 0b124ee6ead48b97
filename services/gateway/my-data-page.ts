/** `/transparence/mes-donnees`: who asks which data of persons, how to object, and what this node cannot know. No script. Pure. */
import type { Dataset } from '../dataset/catalogue.ts'
import type { State } from '../habilitation/matrix.ts'
import type { Vocabularies } from '../habilitation/vocabulary.ts'
import { escaped } from '../kernel/markup.ts'
import type { Language, Said } from '../kernel/text.ts'
import type { RegisterEntry } from '../review/register/register.ts'
import { framedAt } from './pages.ts'
import { periodOf, purposeOf } from './register-page.ts'
import { addressOf, type Choice, searchForm } from './search-form.ts'

export const myDataPath = '/transparence/mes-donnees'

export interface MyDataPage {
  readonly language: Language
  readonly vocabularies: Vocabularies
  readonly datasets: readonly Dataset[]
  readonly requests: readonly RegisterEntry[]
  readonly nameOf: (organisation: string) => string
  /** Only the data of this organisation. */
  readonly holder?: string | undefined
}

const words = {
  title: { fr: 'Mes données sont-elles utilisées ?', en: 'Are my data used?' },
  lead: {
    fr: 'Cherchez l’hôpital qui vous a soigné : vous verrez quelles données il a confiées ici, quels projets les interrogent, et comment vous y opposer.',
    en: 'Look for the hospital that treated you: you will see which data it entrusted here, which projects ask questions of them, and how to object.',
  },
  holder: { fr: 'Hôpital ou organisme', en: 'Hospital or organisation' },
  all: { fr: '(tous)', en: '(all)' },
  search: { fr: 'Montrer', en: 'Show' },
  unknown: { fr: 'Ce que nous ne pouvons pas savoir', en: 'What we cannot know' },
  unknownText: {
    fr: 'Ce nœud ne connaît ni votre nom, ni votre numéro de sécurité sociale, ni votre adresse : il n’a que des pseudonymes, dont l’hôpital garde seul la clé. Il ne peut donc pas vous dire si vous êtes dans un jeu de données. L’hôpital, lui, le peut. N’écrivez ici aucun renseignement sur vous.',
    en: 'This node knows neither your name, nor your social security number, nor your address: it has pseudonyms only, and the hospital alone keeps their key. So it cannot tell you whether you are in a dataset. The hospital can. Write nothing about yourself here.',
  },
  seen: { fr: 'Ce que les chercheurs voient', en: 'What researchers see' },
  seenText: {
    fr: 'Jamais vos lignes. Ils posent des questions et reçoivent des nombres, qui portent chacun sur 11 personnes au moins. Chaque question, même refusée, est inscrite au journal.',
    en: 'Never your rows. They ask questions and get numbers, each of which is about 11 persons at least. Each question, even a refused one, is entered in the log.',
  },
  data: { fr: 'Les données, et qui les interroge', en: 'The data, and who asks them' },
  none: { fr: 'Aucun jeu de données de personnes ici.', en: 'No dataset of persons here.' },
  who: { fr: 'Qui y est', en: 'Who is in it' },
  when: { fr: 'Période', en: 'Period' },
  write: { fr: 'À qui écrire', en: 'To whom to write' },
  writeText: {
    fr: 'au délégué à la protection des données : {holder}',
    en: 'to the data protection officer: {holder}',
  },
  current: { fr: 'Projets autorisés', en: 'Projects with a permit' },
  asked: { fr: 'Demandes à l’examen', en: 'Requests under examination' },
  ended: { fr: 'Projets terminés', en: 'Projects that ended' },
  nobody: { fr: 'Personne n’interroge ce jeu aujourd’hui.', en: 'Nobody asks this dataset today.' },
  project: { fr: 'Projet', en: 'Project' },
  by: { fr: 'Par', en: 'By' },
  purpose: { fr: 'Pour', en: 'For' },
  period: { fr: 'Accès', en: 'Access' },
  object: { fr: 'Comment m’opposer', en: 'How to object' },
  objectText: {
    fr: 'Écrivez à l’hôpital ou à l’organisme nommé plus haut : « Je m’oppose à ce que mes données servent à la recherche. » Vous n’avez pas à dire pourquoi, c’est gratuit, et vous pouvez revenir sur votre choix. L’organisme retrouve votre pseudonyme et l’inscrit sur la liste des oppositions.',
    en: 'Write to the hospital or organisation named above: "I object to the use of my data for research." You need not say why, it costs nothing, and you may take it back. The organisation finds your pseudonym and puts it on the list of objections.',
  },
  delay: {
    fr: 'Dès l’inscription, vos données n’entrent dans aucune nouvelle version ni dans aucun nouveau projet. Elles sortent des projets ouverts en trente jours au plus. Une autorisation européenne peut garder telle quelle l’extraction d’un projet déjà ouvert. Les résultats déjà sortis, faits de nombres, restent.',
    en: 'From then on your data enter no new version and no new project. They leave open projects within thirty days. A European permit may keep the extract of a project that was already open as it is. Results that have left, which are numbers, remain.',
  },
  rights: {
    fr: 'La même adresse sert pour connaître, corriger ou faire effacer vos données. Sans réponse sous un mois, vous pouvez saisir la CNIL : www.cnil.fr, « Adresser une plainte ».',
    en: 'The same address serves to know, correct or have erased your data. Without an answer within a month you may complain to the CNIL: www.cnil.fr.',
  },
  register: { fr: 'Tout le registre', en: 'The whole register' },
  every: { fr: 'Toutes les demandes sur ce jeu', en: 'All requests about this dataset' },
} as const satisfies Record<string, Said>

const wordIn = (language: Language) => (name: keyof typeof words) => escaped(words[name][language])

/** What a request that was sent has become, for somebody whose data it is about; the refused ones are in the register. */
const groups = {
  current: ['issued', 'active', 'suspended', 'revocation_noticed'],
  asked: ['received', 'awaiting_completion', 'under_assessment', 'pre_permit', 'under_appeal'],
  ended: ['expired', 'revoked', 'renounced', 'closing', 'closed'],
} as const satisfies Record<string, readonly State[]>

export function myDataPage(shown: MyDataPage): string {
  const { language, datasets, holder } = shown
  const word = wordIn(language)
  const ofPersons = datasets.filter(({ descriptor }) => descriptor.kind === 'personal')
  const found = ofPersons.filter(({ descriptor }) => holder === undefined || descriptor.holder === holder)
  return framedAt({ language, title: words.title[language], at: addressOf(myDataPath, { holder }, 1) }, [
    `<p class="lead">${word('lead')}</p>`,
    formOf(ofPersons, shown),
    `<h2>${word('data')}</h2>`,
    ...(found.length === 0 ? [`<p>${word('none')}</p>`] : []),
    ...found.map((dataset) => datasetPart(dataset, shown)),
    `<h2 id="opposition">${word('object')}</h2>`,
    `<p>${word('objectText')}</p>`,
    `<p>${word('delay')}</p>`,
    `<p>${word('rights')}</p>`,
    `<h2>${word('unknown')}</h2>`,
    `<p class="hint">${word('unknownText')}</p>`,
    `<h2>${word('seen')}</h2>`,
    `<p>${word('seenText')}</p>`,
    `<p><a href="/transparence?lang=${language}">${word('register')}</a></p>`,
  ])
}

function formOf(datasets: readonly Dataset[], { language, holder, nameOf }: MyDataPage): string {
  const holders = [...new Set(datasets.map(({ descriptor }) => descriptor.holder))]
  const choices = { holder: holders.map((id): Choice => [id, escaped(nameOf(id))]) }
  return searchForm({
    ...{ action: myDataPath, language, filter: { holder }, choices, hasWords: false },
    word: (key) => wordIn(language)(key as keyof typeof words),
  })
}

function datasetPart({ descriptor }: Dataset, shown: MyDataPage): string {
  const { language, requests, nameOf } = shown
  const word = wordIn(language)
  const { name, title = name, holder, catalogue = {} } = descriptor
  const { populationCoverage, temporal } = catalogue
  const about = requests.filter(({ datasets }) => datasets.includes(name))
  const facts = [
    [word('holder'), escaped(nameOf(holder))],
    ...(populationCoverage === undefined ? [] : [[word('who'), escaped(populationCoverage)]]),
    ...(temporal === undefined ? [] : [[word('when'), periodOf(temporal, language)]]),
    [word('write'), contactOf(descriptor, shown)],
  ].map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`)
  const parts = (Object.keys(groups) as (keyof typeof groups)[]).map((group) => groupOf(group, about, shown))
  const isAsked = about.some(({ state }) => (groups.current as readonly State[]).includes(state))
  return [
    `<section aria-labelledby="${name}">`,
    `<h3 id="${name}"><a href="/catalogue/${name}?lang=${language}">${escaped(title)}</a></h3>`,
    `<dl>${facts.join('')}</dl>`,
    ...(isAsked ? [] : [`<p>${word('nobody')}</p>`]),
    ...parts,
    `<p><a href="/transparence?dataset=${name}&amp;lang=${language}">${word('every')}</a></p>`,
    '</section>',
  ].join('\n')
}

/** As the holder declared it; else the officer of the holder, by its name. */
function contactOf({ holder, catalogue }: Dataset['descriptor'], { language, nameOf }: MyDataPage): string {
  const { name, email, url } = catalogue?.contactPoint ?? {}
  const told = [
    ...(name === undefined ? [] : [escaped(name)]),
    ...(email === undefined ? [] : [`<a href="mailto:${escaped(email)}">${escaped(email)}</a>`]),
    ...(url === undefined ? [] : [escaped(url)]),
  ]
  if (told.length > 0) return told.join('<br>')
  return escaped(words.writeText[language].replace('{holder}', () => nameOf(holder)))
}

function groupOf(
  group: keyof typeof groups,
  about: readonly RegisterEntry[],
  { language, vocabularies }: MyDataPage,
): string {
  const word = wordIn(language)
  const found = about.filter(({ state }) => (groups[group] as readonly State[]).includes(state))
  if (found.length === 0) return ''
  const heads = (['project', 'by', 'purpose', 'period'] as const).map(
    (head) => `<th scope="col">${word(head)}</th>`,
  )
  const rows = found.map((one) => {
    const { id, title, applicant, purposes } = one
    const href = `/transparence/${encodeURIComponent(id)}?lang=${language}`
    const named = purposes.map((code) => purposeOf(code, { language, vocabularies })).join('<br>')
    return `<tr><th scope="row"><a href="${href}">${escaped(title === '' ? id : title)}</a></th><td>${escaped(applicant.name)}</td><td>${named}</td><td>${periodOf(one.accessPeriod, language)}</td></tr>`
  })
  return [
    `<div class="wide" tabindex="0" role="region" aria-label="${word(group)}"><table>`,
    `<caption>${word(group)} (${found.length})</caption>`,
    `<thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  ].join('\n')
}

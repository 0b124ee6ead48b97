/** `/help`: the words, the roles and the keys, and the way to the rest. No script. Pure. */
import { roles } from '../../identity/person.ts'
import { escaped } from '../../kernel/markup.ts'
import type { Language, Said } from '../../kernel/text.ts'
import { framedAt } from '../pages.ts'
import { glossary } from './glossary.ts'
import { roleTexts, shortcuts } from './roles.ts'

const title: Said = { fr: 'Aide', en: 'Help' }
const lead: Said = {
  fr: 'Les mots de huisclos, qui y fait quoi, et que faire d’un refus.',
  en: 'The words of huisclos, who does what in it, and what to do about a refusal.',
}

interface Way {
  readonly href: string
  readonly name: Said
  readonly says: Said
}

const ways: readonly Way[] = [
  {
    href: '/help/visite',
    name: { fr: 'La visite guidée', en: 'The guided tour' },
    says: {
      fr: 'Cinq étapes à suivre sur la démonstration.',
      en: 'Five steps to follow on the demonstration.',
    },
  },
  {
    href: '/help/refus',
    name: { fr: 'Les refus', en: 'Refusals' },
    says: {
      fr: 'Chaque code : ce qu’il veut dire, et l’issue.',
      en: 'Each code: what it means, and the way out.',
    },
  },
  {
    href: '/help/api',
    name: { fr: 'L’API', en: 'The API' },
    says: {
      fr: 'Chaque appel, et qui peut le faire.',
      en: 'Each call, and who may make it.',
    },
  },
  {
    href: '/transparence/mes-donnees',
    name: { fr: 'Mes données sont-elles utilisées ?', en: 'Are my data used?' },
    says: {
      fr: 'Qui interroge quoi, et comment s’opposer.',
      en: 'Who asks what, and how to object.',
    },
  },
]

const headings = {
  glossary: { fr: 'Les mots', en: 'The words' },
  roles: { fr: 'Qui fait quoi', en: 'Who does what' },
  calls: { fr: 'ses appels', en: 'its calls' },
  keys: { fr: 'Au clavier', en: 'By keyboard' },
  keysCaption: { fr: 'Touches et ce qu’elles font', en: 'Keys and what they do' },
  key: { fr: 'Touches', en: 'Keys' },
  does: { fr: 'Effet', en: 'Effect' },
} as const satisfies Record<string, Said>

export function helpPage(language: Language): string {
  const word = (said: Said) => escaped(said[language])
  const cards = ways.map(
    ({ href, name, says }) =>
      `<li><a href="${href}?lang=${language}"><strong>${word(name)}</strong></a><br>${word(says)}</li>`,
  )
  const terms = glossary.map(
    ({ id, name, meaning }) => `<dt id="${id}">${word(name)}</dt><dd>${word(meaning)}</dd>`,
  )
  const people = roles.map((role) => {
    const { name, does } = roleTexts[role]
    const calls = `<a href="/help/api?role=${role}&amp;lang=${language}" aria-label="${word(headings.calls)} : ${word(name)}">${word(headings.calls)}</a>`
    return `<dt id="role-${role}">${word(name)}</dt><dd>${word(does)} ${calls}</dd>`
  })
  return framedAt({ language, title: title[language], at: '/help' }, [
    `<p class="lead">${word(lead)}</p>`,
    `<ul class="rooms">${cards.join('\n')}</ul>`,
    `<h2 id="mots">${word(headings.glossary)}</h2>`,
    `<dl>${terms.join('\n')}</dl>`,
    `<h2 id="roles">${word(headings.roles)}</h2>`,
    `<dl>${people.join('\n')}</dl>`,
    `<h2 id="clavier">${word(headings.keys)}</h2>`,
    `<table><caption>${word(headings.keysCaption)}</caption>`,
    `<thead><tr><th scope="col">${word(headings.key)}</th><th scope="col">${word(headings.does)}</th></tr></thead>`,
    `<tbody>${shortcuts.map(({ keys, does }) => `<tr><th scope="row"><kbd>${word(keys)}</kbd></th><td>${word(does)}</td></tr>`).join('\n')}</tbody></table>`,
  ])
}

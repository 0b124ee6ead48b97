/** `/help/visite`: the tour as a page, each step with where to go, as whom, what to paste and what to look at. No script. Pure. */
import { escaped } from '../../kernel/markup.ts'
import type { Language, Said } from '../../kernel/text.ts'
import { framedAt } from '../pages.ts'
import { type TourStep, tourSteps } from './tour.ts'

const words = {
  title: { fr: 'La visite guidée', en: 'The guided tour' },
  lead: {
    fr: 'Cinq étapes, dix minutes : une question permise, une refusée, une case masquée, ce que la déléguée en voit, et un journal qu’on ne peut pas récrire.',
    en: 'Five steps, ten minutes: a question that is allowed, one that is refused, a withheld cell, what the data protection officer sees of it, and a log that cannot be written anew.',
  },
  terminal: {
    fr: 'La même visite se joue seule dans un terminal, en quelques secondes, à côté de « npm start » :',
    en: 'The same tour plays by itself in a terminal, in a few seconds, beside "npm start":',
  },
  absent: {
    fr: 'Ce nœud n’a pas de projet de démonstration : les étapes se lisent, mais ne se jouent pas ici. « npm start », sans configuration, ouvre une démonstration complète.',
    en: 'This node has no demonstration project: the steps can be read, not played here. "npm start", without configuration, opens a full demonstration.',
  },
  accounts: {
    fr: 'Chaque étape nomme son compte. Pour en changer : « Se déconnecter » dans le menu à votre nom, puis « Mon espace ».',
    en: 'Each step names its account. To change it: "Sign out" in the menu under your name, then "My space".',
  },
  account: { fr: 'Compte', en: 'Account' },
  page: { fr: 'Page', en: 'Page' },
  paste: { fr: 'À coller', en: 'To paste' },
  type: { fr: 'À taper dans un terminal', en: 'To type in a terminal' },
  look: { fr: 'À regarder', en: 'What to look at' },
} as const satisfies Record<string, Said>

/** `project`: that of the demonstration; null where this node has none, and the steps lead nowhere. */
export function tourPage(language: Language, project: string | null): string {
  const word = (name: keyof typeof words) => escaped(words[name][language])
  return framedAt({ language, title: words.title[language], at: '/help/visite' }, [
    `<p class="lead">${word('lead')}</p>`,
    `<p>${word('terminal')}</p>`,
    code(language === 'en' ? 'npx huisclos demo --lang en' : 'npx huisclos demo', words.type[language]),
    project === null ? `<p class="hint">${word('absent')}</p>` : `<p>${word('accounts')}</p>`,
    ...tourSteps.map((step, index) => stepOf(step, { language, project, number: index + 1 })),
  ])
}

interface Shown {
  readonly language: Language
  readonly project: string | null
  readonly number: number
}

function stepOf({ title, account, does, sql, commands, at, look }: TourStep, shown: Shown): string {
  const { language, project, number } = shown
  const word = (name: keyof typeof words) => escaped(words[name][language])
  const place = at(project === null ? '…' : encodeURIComponent(project))
  const href = `${place}${place.includes('?') ? '&' : '?'}lang=${language}`
  const link =
    project === null ? `<code>${escaped(place)}</code>` : `<a href="${escaped(href)}">${escaped(place)}</a>`
  return [
    `<section aria-labelledby="etape-${number}">`,
    `<h2 id="etape-${number}">${number}. ${escaped(title[language])}</h2>`,
    `<p>${escaped(does[language])}</p>`,
    '<dl>',
    `<dt>${word('account')}</dt><dd><strong>${escaped(account)}</strong></dd>`,
    `<dt>${word('page')}</dt><dd>${link}</dd>`,
    '</dl>',
    ...(sql === undefined
      ? []
      : [`<p>${word('paste')} :</p>`, code(sql, `${words.paste[language]}, ${number}`)]),
    ...(commands === undefined
      ? []
      : [`<p>${word('type')} :</p>`, code(commands.join('\n'), `${words.type[language]}, ${number}`)]),
    `<p class="hint"><strong>${word('look')}.</strong> ${escaped(look[language])}</p>`,
    '</section>',
  ].join('\n')
}

/** What scrolls is reached by keyboard, and has a name. */
function code(text: string, label: string): string {
  return `<pre tabindex="0" role="region" aria-label="${escaped(label)}"><code>${escaped(text)}</code></pre>`
}

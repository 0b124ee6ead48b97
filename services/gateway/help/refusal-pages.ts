/** `/help/refus` and `/help/refus/<code>`: the sentences of each refusal, and nothing about any case of it. Pure. */
import { escaped, sentence } from '../../kernel/markup.ts'
import { type Code, Refusal, refusals } from '../../kernel/refusal.ts'
import { explain, type Language, type Said, say } from '../../kernel/text.ts'
import { framedAt } from '../pages.ts'

/** A code of the contract, or FAILED: a fault of ours, which is no refusal. */
export type HelpCode = Code | 'FAILED'

const title: Said = { fr: 'Les refus', en: 'Refusals' }
const lead: Said = {
  fr: 'Tous les refus que huisclos peut donner. Chacun a un code qui ne change jamais, sa raison, et ce que vous pouvez faire.',
  en: 'Every refusal that huisclos can give. Each has a code that never changes, its reason, and what you can do.',
}
const rooms = {
  identity: { fr: 'Votre identité', en: 'Your identity' },
  habilitation: { fr: 'Votre habilitation', en: 'Your habilitation' },
  query: { fr: 'Le texte de la question', en: 'The text of the question' },
  dataset: { fr: 'Les données', en: 'The data' },
  gateway: { fr: 'L’appel lui-même', en: 'The call itself' },
} as const satisfies Record<(typeof refusals)[Code]['room'], Said>
const parts = {
  reason: { fr: 'Pourquoi', en: 'Why' },
  wayOut: { fr: 'Que faire', en: 'What to do' },
  tools: { fr: 'Pour les outils', en: 'For tools' },
  all: { fr: 'Tous les refus', en: 'All refusals' },
  never: {
    fr: 'Un refus dépend du texte de la question, du catalogue et des règles, jamais des données : il ne dit rien d’elles.',
    en: 'A refusal depends on the text of the question, the catalogue and the rules, never on the data: it says nothing of them.',
  },
} as const satisfies Record<string, Said>

export function refusalIndex(language: Language): string {
  const sections = (Object.keys(rooms) as (keyof typeof rooms)[]).flatMap((room) => {
    const codes = (Object.keys(refusals) as Code[]).filter((code) => refusals[code].room === room)
    const items = codes.map((code) => {
      const { title: name, detail, hint } = sentencesOf(language, code)
      const link = `<a href="/help/refus/${code}?lang=${language}">${escaped(name)}</a>`
      return `<dt id="${code}">${link}<br><code>${code}</code></dt><dd>${sentence(detail)}<p class="hint">${sentence(hint)}</p></dd>`
    })
    return [`<h2>${escaped(rooms[room][language])}</h2>`, `<dl>${items.join('\n')}</dl>`]
  })
  return framedAt({ language, title: title[language], at: '/help/refus' }, [
    `<p class="lead">${escaped(lead[language])}</p>`,
    `<p>${escaped(parts.never[language])}</p>`,
    ...sections,
  ])
}

export function refusalPage(language: Language, code: HelpCode): string {
  const { title: name, detail, hint } = sentencesOf(language, code)
  const facts = code === 'FAILED' ? [] : toolLine(language, code)
  return framedAt({ language, title: name, at: `/help/refus/${code}` }, [
    `<p><code>${escaped(code)}</code></p>`,
    `<h2>${escaped(parts.reason[language])}</h2>`,
    `<p>${sentence(detail)}</p>`,
    `<h2>${escaped(parts.wayOut[language])}</h2>`,
    `<p class="hint">${sentence(hint)}</p>`,
    ...facts,
    `<p><a href="/help/refus?lang=${language}">${escaped(parts.all[language])}</a></p>`,
  ])
}

function toolLine(language: Language, code: Code): readonly string[] {
  const { status, sqlstate } = refusals[code]
  return [`<p><small>${escaped(parts.tools[language])} : HTTP ${status} · SQLSTATE ${sqlstate}</small></p>`]
}

function sentencesOf(language: Language, code: HelpCode) {
  if (code !== 'FAILED') return explain(language, new Refusal(code, { with: placeholders }))
  const about = (part: string) => say(language, { key: `gateway.failed.${part}` })
  return { title: about('title'), detail: about('detail'), hint: about('hint') }
}

/** Names that only a case knows are shown as an ellipsis. */
const placeholders: Readonly<Record<string, string>> = { known: '…', identifier: '…' }

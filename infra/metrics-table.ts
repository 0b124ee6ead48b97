/** The table of figures of docs/operation.md and docs/operation.fr.md, written between its two marks. */
import type { Metric } from '../services/gateway/metrics.ts'
import type { Language } from '../services/kernel/text.ts'

const begin = '<!-- metrics -->'
const end = '<!-- /metrics -->'
const heads: Readonly<Record<Language, string>> = {
  fr: '| Mesure | Sorte | Étiquettes | Ce qu’elle dit |',
  en: '| Metric | Type | Labels | What it says |',
}

/** The page with the table as it is now. Error when the page has lost its marks. */
export function withMetrics(page: string, metrics: readonly Metric[], language: Language): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error('the page has no place for the table of figures')
  return `${page.slice(0, from + begin.length)}\n${tableOf(metrics, language)}${page.slice(to)}`
}

function tableOf(metrics: readonly Metric[], language: Language): string {
  const lines = metrics.map(({ name, type, labels = {}, help }) => {
    return `| \`${name}\` | ${type} | ${Object.keys(labels).join(', ')} | ${help[language]} |`
  })
  return `${[heads[language], '|---|---|---|---|', ...lines].join('\n')}\n`
}

/** The register as a feed (Atom, RFC 4287): one entry for each public fact, the newest first. */
import { escaped } from '../../kernel/markup.ts'
import { type Language, say } from '../../kernel/text.ts'
import type { RegisterEntry } from './register.ts'

/** Facts of one feed at most. */
export const feedLimit = 200

export interface FeedOptions {
  /** Of the node, without a slash at the end. */
  readonly address: string
  readonly language: Language
}

export function registerFeed(requests: readonly RegisterEntry[], { address, language }: FeedOptions): string {
  const facts = requests
    .flatMap((request) => request.facts.map((fact, i) => ({ ...fact, request, number: i + 1 })))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.number - a.number))
    .slice(0, feedLimit)
  const page = `${address}/transparence`
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">`,
    element('id', page),
    element('title', `${say(language, { key: 'register.title' })} — huisclos`),
    element('updated', facts[0]?.at ?? '1970-01-01T00:00:00.000Z'),
    link('self', `${page}.atom`),
    link('alternate', page),
    ...facts.flatMap(({ fact, at, number, request }) => {
      const place = `${page}/${request.id}`
      return [
        '<entry>',
        element('id', `${place}#fact-${number}`),
        element('title', `${say(language, { key: `register.fact.${fact}` })} — ${request.title}`),
        element('updated', at),
        element('published', at),
        `<author>${element('name', request.applicant.name)}</author>`,
        link('alternate', place),
        element('summary', request.summaryLay),
        '</entry>',
      ]
    }),
    '</feed>',
    '',
  ].join('\n')
}

const element = (name: string, text: string): string => `<${name}>${xmlText(text)}</${name}>`
const link = (rel: string, href: string): string => `<link rel="${rel}" href="${xmlText(href)}"/>`

/** Text of an XML 1.0 document: signs that it cannot hold are left out, among them halves of a character. */
function xmlText(text: string): string {
  const unheld = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu
  return escaped(text.toWellFormed().replaceAll(unheld, ''))
}

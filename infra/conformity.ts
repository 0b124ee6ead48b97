/**
 * The tables of docs/conformity and the pages that count them. A line is a requirement by its id, in our own words, with the test that
 * holds it or the reason why none does; test/conformity.test.ts holds every line to that. The lines of MR-007 are those of the report.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import type { Language } from '../services/kernel/text.ts'
import { measures } from '../services/review/reports/measures.ts'

const states = ['held', 'partly', 'not yet', 'organisational'] as const
type State = (typeof states)[number]

const columns = ['id', 'control', 'state', 'file', 'test', 'note'] as const

/** A requirement; `file` and `test` name a test as the file has it, `note` says what is missing or whose work it is. */
export type Line = Readonly<Record<Exclude<(typeof columns)[number], 'state'>, string>> & {
  readonly state: State
}

export const tableNames = ['mr-007', 'satre', 'tehdas2-spe', 'asvs'] as const
export type TableName = (typeof tableNames)[number]

const folder = new URL('../docs/conformity/', import.meta.url)
export const tableFile = (name: TableName) => new URL(`${name}.csv`, folder)

/** All tables: that of MR-007 as the report has it now, the others as they are written. */
export function conformityTables(): Readonly<Record<TableName, readonly Line[]>> {
  const read = (name: TableName) => parseTable(readFileSync(tableFile(name), 'utf8'))
  return {
    'mr-007': parseTable(measuresTable()),
    satre: read('satre'),
    'tehdas2-spe': read('tehdas2-spe'),
    asvs: read('asvs'),
  }
}

/** Throws on another header or a state that is none. */
export function parseTable(text: string): readonly Line[] {
  const [header = [], ...rows]: string[][] = parse(text)
  if (header.join() !== columns.join()) throw new Error(`the columns are ${header.join()}`)
  return rows.map(([id = '', control = '', state = '', file = '', test = '', note = '']) => {
    const known = states.find((one) => one === state)
    if (known === undefined) throw new Error(`${id} is ${state}`)
    return { id, control, state: known, file, test, note }
  })
}

const stateOf = {
  held: 'held',
  partial: 'partly',
  open: 'not yet',
  organisational: 'organisational',
} as const

/** The 23 measures of MR-007 as a table, each with the first of its tests. */
export function measuresTable(): string {
  const lines = measures.map(({ id, rule, holding, does, tests: [citation = ''] }) => {
    const [file = '', ...title] = citation.split(' › ')
    return [id, rule.en, stateOf[holding], file, title.join(' › '), does.en]
  })
  return stringify([columns, ...lines])
}

const sources: Readonly<Record<TableName, Readonly<Record<Language, string>>>> = {
  'mr-007': { fr: 'MR-007, titre III', en: 'MR-007, title III' },
  satre: { fr: 'SATRE 2.0.1', en: 'SATRE 2.0.1' },
  'tehdas2-spe': {
    fr: 'TEHDAS2 M7.4, projet : environnements sécurisés',
    en: 'TEHDAS2 M7.4, draft: secure processing environments',
  },
  asvs: {
    fr: 'OWASP ASVS 5.0, niveau 2, et 3 par endroits',
    en: 'OWASP ASVS 5.0, level 2, and 3 in places',
  },
}

const words = {
  fr: {
    head: [
      '# Conformité, exigence par exigence',
      '*[English](conformity.md)*',
      '',
      'Page écrite par `npm run generate` depuis [docs/conformity/](conformity/). Une ligne par exigence, par son identifiant et avec nos mots : *tenue* nomme un test qui existe, et un test le vérifie ; *en partie*, *pas encore* et *à l’organisation* disent pourquoi. Rien ici n’est un certificat, et ce qui manque est compté.',
    ],
    columns: ['texte', 'tenue', 'en partie', 'pas encore', 'à l’organisation', 'lignes'],
    waiting: ['## Ce qui manque encore', 'En partie', 'Pas encore'],
    scope:
      'SATRE, TEHDAS2 et MR-007 sont complets. Des lignes de l’ASVS, seules celles dont nous sommes sûrs de l’identifiant sont là : ce qui n’y est pas n’est pas affirmé ; ce qui n’existe pas ici (GraphQL, WebSocket, mots de passe, WebRTC) est laissé de côté.',
  },
  en: {
    head: [
      '# Conformity, requirement by requirement',
      '*[Français](conformity.fr.md)*',
      '',
      'Written by `npm run generate` from [docs/conformity/](conformity/). One line per requirement, by its id and in our own words: *held* names a test that is there, and a test checks it; *partly*, *not yet* and *organisational* say why. Nothing here is a certificate, and what is missing is counted.',
    ],
    columns: ['text', 'held', 'partly', 'not yet', 'organisational', 'lines'],
    waiting: ['## What is still missing', 'Partly', 'Not yet'],
    scope:
      'SATRE, TEHDAS2 and MR-007 are complete. Of the ASVS those lines are here whose id we are sure of: nothing is claimed of the others; what does not exist here (GraphQL, WebSocket, passwords, WebRTC) is left out.',
  },
} as const

/** docs/conformity.md or docs/conformity.fr.md. */
export function conformityPage(language: Language): string {
  const tables = conformityTables()
  const { head, columns: titles, waiting, scope } = words[language]
  const idsOf = (name: TableName, state: State) =>
    tables[name].filter((line) => line.state === state).map(({ id }) => id)
  const counts = tableNames.map((name) => [
    `[${sources[name][language]}](conformity/${name}.csv)`,
    ...states.map((state) => `${idsOf(name, state).length}`),
    `${tables[name].length}`,
  ])
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const colon = language === 'fr' ? ' :' : ':'
  const missing = tableNames.flatMap((name) => [
    '',
    `### ${sources[name][language]}`,
    `- ${waiting[1]}${colon} ${idsOf(name, 'partly').join(', ') || '–'}`,
    `- ${waiting[2]}${colon} ${idsOf(name, 'not yet').join(', ') || '–'}`,
  ])
  const lines = [
    ...head,
    '',
    row(titles),
    row(titles.map(() => '---')),
    ...counts.map(row),
    '',
    scope,
    '',
    waiting[0],
  ]
  return `${[...lines, ...missing].join('\n')}\n`
}

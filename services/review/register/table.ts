/** The register as a table for a spreadsheet. The columns are a mapping: another directory is another list. */
import type { Language } from '../../kernel/text.ts'
import { say } from '../../kernel/text.ts'
import { csvOf } from '../csv.ts'
import type { RegisterEntry } from './register.ts'

type Column = readonly [key: string, of: (one: RegisterEntry) => string]

const joined = (words: readonly string[]): string => words.join(' | ')

const columns: readonly Column[] = [
  ['id', ({ id }) => id],
  ['received', ({ receivedAt }) => receivedAt],
  ['applicant', ({ applicant }) => applicant.name],
  ['project', ({ title }) => title],
  ['summary', ({ summaryLay }) => summaryLay],
  ['interest', ({ publicInterest = '' }) => publicInterest],
  ['purposes', ({ purposes }) => joined(purposes)],
  ['route', ({ route }) => route],
  ['references', ({ references }) => joined(references.map(({ kind, reference }) => `${kind} ${reference}`))],
  ['datasets', ({ datasets }) => joined(datasets)],
  ['holders', ({ holders }) => joined(holders.map(({ name }) => name))],
  ['controllers', ({ controllers }) => joined(controllers)],
  ['from', ({ accessPeriod }) => accessPeriod?.from ?? ''],
  ['until', ({ accessPeriod }) => accessPeriod?.until ?? ''],
  ['state', ({ state }) => state],
  ['decision', ({ decision }) => decision?.outcome ?? ''],
  ['decided', ({ decision }) => decision?.at ?? ''],
  ['reasons', ({ reasons = '' }) => reasons],
  ['conditions', ({ decision }) => joined(decision?.conditions ?? [])],
  ['permit', ({ permit = '' }) => permit],
  ['versions', ({ versions }) => joined(versions.map(({ version, sha256 }) => `v${version} ${sha256}`))],
  ['facts', ({ facts }) => joined(facts.map(({ fact, at }) => `${at} ${fact}`))],
  ['activity', ({ activity }) => joined(activity.map(({ month, queries }) => `${month} ${queries}`))],
  ['ended', ({ endedAt }) => endedAt ?? ''],
  ['results-due', ({ results }) => results?.dueAt ?? ''],
  ['overdue', ({ results }) => (results?.overdue ? 'oui / yes' : '')],
  ['certificate', ({ certificate }) => certificate ?? ''],
  ['releases', ({ releases }) => String(releases)],
  ['publications', ({ publications }) => joined(publications.map(({ title, link }) => `${title} ${link}`))],
]

export function registerCsv(requests: readonly RegisterEntry[], language: Language): Uint8Array {
  return csvOf({
    header: columns.map(([key]) => say(language, { key: `register.${key}` })),
    rows: requests.map((one) => columns.map(([, of]) => of(one))),
  })
}

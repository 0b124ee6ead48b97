/** Step 5: the DPO finds in the log what steps 1 to 3 did. */
import { setTimeout as pause } from 'node:timers/promises'
import { askJson } from '../client.ts'
import { type JournalEntry, journalLine } from '../journal.ts'
import { insist, type Receipt, type Receipts, receiptOf, type Stage, type Step, shardOf } from './step.ts'

/** What each of the steps must have left. */
const expected = [
  { step: 'allowed', type: 'query.release' },
  { step: 'purpose', type: 'query.refused' },
  { step: 'withheld', type: 'query.release' },
] as const

const everyMs = 200
const mostMs = 20_000
const pageLimit = 200

const isAbout = (receipt: Receipt) => (entry: JournalEntry) =>
  entry.seq === receipt.seq && entry.shard === shardOf(receipt)

/** The entries of these receipts, as a search by project and person finds them; fewer when the index lacks some for too long. */
async function found(stage: Stage, receipts: readonly Receipt[]): Promise<readonly JournalEntry[]> {
  const { project, signal } = stage
  const call = `GET /api/v1/audit/entries?project=${project.id}&actor=alice&limit=${pageLimit}`
  for (const until = performance.now() + mostMs; ; await pause(everyMs)) {
    const { entries } = await askJson<{ entries: readonly JournalEntry[] }>(await stage.as('nadia'), call, {
      signal,
    })
    const matched = receipts.flatMap((receipt) => entries.filter(isAbout(receipt)))
    if (matched.length === receipts.length || performance.now() > until) return matched
  }
}

interface Detail {
  readonly body: { readonly shape?: { readonly cellsWithheld?: number } }
}

/** How many cells the entry of an answer says were withheld. */
async function withheldIn(stage: Stage, receipt: Receipt): Promise<number | undefined> {
  const { signal } = stage
  const call = `GET /api/v1/audit/entries/${shardOf(receipt)}/${receipt.seq}`
  const { body } = await askJson<Detail>(await stage.as('nadia'), call, { signal })
  return body.shape?.cellsWithheld
}

export const journal: Step = {
  name: 'journal',
  title: { fr: 'La déléguée retrouve tout', en: 'The data protection officer finds it all' },
  who: ['nadia'],
  announce: ({ project }) => ({
    what: {
      fr: 'Nadia est déléguée à la protection des données. Elle cherche ce qu’alice a fait dans ce projet.',
      en: 'Nadia is the data protection officer. She looks for what alice did in this project.',
    },
    commands: [`npx huisclos audit search --as nadia --project ${project.id} --person alice`],
  }),
  async play(stage, earlier: Receipts) {
    const receipts = expected.map(({ step }) => receiptOf(earlier, step))
    const entries = await found(stage, receipts)
    for (const [at, { step, type }] of expected.entries())
      insist(entries[at]?.type === type, {
        fr: `l’entrée « ${type} » de l’étape « ${step} » n’est pas là où son reçu la dit`,
        en: `the entry "${type}" of step "${step}" is not where its receipt says`,
      })
    const cells = await withheldIn(stage, receiptOf(earlier, 'withheld'))
    insist(cells === 1, {
      fr: 'l’entrée de l’étape « withheld » ne dit pas la case masquée',
      en: 'the entry of step "withheld" does not tell the withheld cell',
    })
    return {
      lines: entries.map((entry) => journalLine(entry, stage.language)),
      result: {
        fr: `les étapes ① à ③ sont là, où leurs reçus le disent ; la dernière dit « ${cells} case masquée »`,
        en: `steps ① to ③ are there, where their receipts say; the last one tells "${cells} cell withheld"`,
      },
      look: {
        fr: 'des phrases, jamais le texte de la question ni un résultat ; la recherche de nadia est elle-même au journal.',
        en: 'sentences, never the text of the question or a result; the search of nadia is in the log too.',
      },
      facts: { entries, cellsWithheld: cells },
    }
  },
}

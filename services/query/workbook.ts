/** What stands beside the rows of an answer in a workbook. */
import type { WorkbookNotes } from '../engine/engine.ts'
import { type Language, say } from '../kernel/text.ts'
import type { Thresholds } from './disclosure/rules.ts'
import { explanationOf } from './explain/explain.ts'
import type { Work } from './journal.ts'
import type { Answer } from './question.ts'

interface Described extends Pick<Work, 'plan' | 'granted'> {
  /** What goes with the rows whatever their form. */
  readonly facts: Pick<Answer, 'permit' | 'policy' | 'engine'>
  readonly said: Pick<Answer, 'suppressed' | 'disclosure'>
  readonly thresholds: Thresholds
  readonly language: Language
}

/**
 * A sheet that says whose answer it is, what was withheld and what the guarantee leaves open; a file travels without its headers.
 * Neither the statement nor anything of a person is in it.
 */
export function notesOf({ plan, granted, facts, said, thresholds, language }: Described): WorkbookNotes {
  const { suppressed, disclosure } = said
  const { k, cellsWithheld, groupsWithheld, rowsCutAt, guarantee, rules } = disclosure
  const word = (key: string) => say(language, { key: `workbook.${key}` })
  const explained = explanationOf(plan, { thresholds, language, rules })
  const line = (key: string, value: string | number) => [word(key), value]
  return {
    name: word('result'),
    suppressed,
    withheld: `< ${k}`,
    about: {
      name: word('about'),
      header: [word('what'), word('value')],
      rows: [
        line('project', granted.current.permit.base),
        line('purpose', granted.purpose),
        line('permit', facts.permit),
        line('policy', facts.policy),
        line('engine', facts.engine),
        line('k', k),
        line('cells', cellsWithheld),
        line('groups', word(groupsWithheld ? 'yes' : 'no')),
        ...(rowsCutAt === undefined ? [] : [line('cut', rowsCutAt)]),
        line('guarantee', guarantee),
        ...explained.rules.map(({ text }) => line('rule', text)),
        ...explained.not_covered.map(({ text }) => line('open', text)),
        line('proof', word('proof.text')),
      ],
    },
  }
}

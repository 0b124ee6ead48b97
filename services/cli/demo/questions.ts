/** Steps 1 to 3: what is answered, what is refused, what is withheld. */
import { askJson, type Client } from '../client.ts'
import { CommandError, type ProblemText } from '../ending.ts'
import { problemLines } from '../problem-text.ts'
import { tableLines } from '../table.ts'
import { insist, type Receipt, type Stage, type Step } from './step.ts'

/** "Knowledge of expenditure": a purpose of the law that the project of alice does not have. */
export const otherPurpose = 'SNDS-III-3'

export const byDepartment =
  'SELECT department, count(*) AS patients FROM patients GROUP BY department ORDER BY department'

/** Some five of the five thousand invented patients live there. */
const inCorsica = "SELECT count(*) AS patients FROM patients WHERE department = '2A'"

interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly suppressed: readonly (readonly [number, number])[]
  readonly disclosure: { readonly k: number; readonly cellsWithheld: number }
  readonly receipt: Receipt
}

interface Question {
  readonly project: string
  readonly sql: string
  readonly purpose: string
}

/** The answer of the node; a refusal is a CommandError with its problem document. */
export function put(
  client: Client,
  { project, ...body }: Question,
  { signal }: Pick<Stage, 'signal'>,
): Promise<Answer> {
  return askJson<Answer>(client, `POST /api/v1/projects/${project}/queries`, { body, signal })
}

/** The refusal of a question that must be refused; null when it is answered. */
export async function refusalOf(asked: Promise<unknown>): Promise<ProblemText | null> {
  try {
    await asked
    return null
  } catch (error) {
    if (error instanceof CommandError && error.problem !== undefined) return error.problem
    throw error
  }
}

export function asTyped(subject: string, { project, purpose, sql }: Question): string {
  return `npx huisclos query --as ${subject} --project ${project} --purpose ${purpose} "${sql}"`
}

const isAtLeast = (k: number) => (row: readonly unknown[]) =>
  row.every((value) => typeof value !== 'number' || value >= k)

const shown = (answer: Answer) => tableLines({ ...answer, k: answer.disclosure.k })

const granted = ({ project }: Stage): Question => ({
  project: project.id,
  purpose: project.purpose,
  sql: byDepartment,
})

export const allowed: Step = {
  name: 'allowed',
  title: { fr: 'Une question permise', en: 'A question that is allowed' },
  who: ['alice'],
  announce: (stage) => ({
    what: {
      fr: 'Alice est chercheuse. Elle compte les patients par département, dans son projet et pour sa finalité.',
      en: 'Alice is a researcher. She counts the patients of each department, in her project and for its purpose.',
    },
    commands: [asTyped('alice', granted(stage))],
  }),
  async play(stage) {
    const answer = await put(await stage.as('alice'), granted(stage), stage)
    const { rows, disclosure, receipt } = answer
    const { k } = disclosure
    insist(rows.length > 0, { fr: 'la réponse n’a aucune ligne', en: 'the answer has no row' })
    insist(rows.every(isAtLeast(k)), {
      fr: `un nombre repose sur moins de ${k} personnes`,
      en: `a number rests on fewer than ${k} persons`,
    })
    return {
      lines: shown(answer),
      result: {
        fr: `répondu : ${rows.length} lignes, ${k} personnes au moins derrière chacune · journal n° ${receipt.seq}`,
        en: `answered: ${rows.length} rows, at least ${k} persons behind each · log no. ${receipt.seq}`,
      },
      look: {
        fr: 'des nombres, jamais une ligne d’un patient ; les départements trop rares n’y sont pas.',
        en: 'numbers, never a row of a patient; departments that are too rare are not there.',
      },
      facts: { sql: byDepartment, rows, k, receipt },
      receipt,
    }
  },
}

const forAnother = (stage: Stage): Question => ({ ...granted(stage), purpose: otherPurpose })

export const purpose: Step = {
  name: 'purpose',
  title: { fr: 'Le même texte, pour autre chose', en: 'The same text, for something else' },
  who: ['alice'],
  announce: (stage) => ({
    what: {
      fr: `Le texte ne change pas ; la finalité annoncée, si : ${otherPurpose}, la connaissance des dépenses.`,
      en: `The text stays the same; the purpose that is stated does not: ${otherPurpose}, knowledge of expenditure.`,
    },
    commands: [asTyped('alice', forAnother(stage))],
  }),
  async play(stage) {
    const problem = await refusalOf(put(await stage.as('alice'), forAnother(stage), stage))
    insist(problem, { fr: 'la question a reçu une réponse', en: 'the question was answered' })
    const { code, rule, hint, receipt } = problem
    insist(code === 'PURPOSE_NOT_GRANTED', {
      fr: `refusé pour une autre raison : ${code}`,
      en: `refused for another reason: ${code}`,
    })
    insist(rule !== undefined && hint !== undefined && receipt !== undefined, {
      fr: 'le refus ne dit pas sa règle, son issue et son reçu',
      en: 'the refusal lacks its rule, its way out or its receipt',
    })
    return {
      lines: problemLines(problem),
      result: {
        fr: `refusé : ${code}, règle « ${rule} » · journal n° ${receipt.seq}`,
        en: `refused: ${code}, rule "${rule}" · log no. ${receipt.seq}`,
      },
      look: {
        fr: 'la règle et l’issue : une autre finalité se demande par une nouvelle demande (étape ④).',
        en: 'the rule and the way out: another purpose is asked for by a new request (step ④).',
      },
      facts: { sql: byDepartment, purpose: otherPurpose, code, rule, hint, receipt },
      receipt,
    }
  },
}

const few = (stage: Stage): Question => ({ ...granted(stage), sql: inCorsica })

export const withheld: Step = {
  name: 'withheld',
  title: { fr: 'Un nombre trop petit', en: 'A number that is too small' },
  who: ['alice'],
  announce: (stage) => ({
    what: {
      fr: 'La question est permise, mais elle porte sur quelques personnes seulement.',
      en: 'The question is allowed, but it is about a few persons only.',
    },
    commands: [asTyped('alice', few(stage))],
  }),
  async play(stage) {
    const answer = await put(await stage.as('alice'), few(stage), stage)
    const { rows, suppressed, disclosure, receipt } = answer
    const isWithheld =
      rows.length === 1 && rows[0]?.[0] === null && suppressed.some(([row, at]) => row === 0 && at === 0)
    insist(isWithheld && disclosure.cellsWithheld === 1, {
      fr: 'le petit nombre n’a pas été masqué',
      en: 'the small number was not withheld',
    })
    return {
      lines: shown(answer),
      result: {
        fr: `masqué : moins de ${disclosure.k} personnes, peut-être aucune · journal n° ${receipt.seq}`,
        en: `withheld: fewer than ${disclosure.k} persons, perhaps none · log no. ${receipt.seq}`,
      },
      look: {
        fr: `la case dit « < ${disclosure.k} » : ni le nombre, ni zéro, ni un blanc.`,
        en: `the cell says "< ${disclosure.k}": neither the number, nor zero, nor a blank.`,
      },
      facts: { sql: inCorsica, rows, suppressed, disclosure, receipt },
      receipt,
    }
  },
}

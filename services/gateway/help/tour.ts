/** The guided tour of the demonstration, for those who play it by hand in the portal. `npx huisclos demo` plays the same in a terminal. */
import type { Said } from '../../kernel/text.ts'

export interface TourStep {
  readonly title: Said
  /** Account of the demonstration. */
  readonly account: string
  readonly does: Said
  /** What is pasted into the workshop. */
  readonly sql?: string
  /** What is typed in a terminal. */
  readonly commands?: readonly string[]
  /** Where in the portal; null without a project of the demonstration. */
  readonly at: (project: string) => string
  readonly look: Said
}

/** A purpose of the law that the project of the demonstration does not have. */
export const otherPurpose = 'SNDS-III-3'

const byDepartment =
  'SELECT department, count(*) AS patients FROM patients GROUP BY department ORDER BY department'

/** Some five of the five thousand invented patients live there. */
const inCorsica = "SELECT count(*) AS patients FROM patients WHERE department = '2A'"

const wrote = '"cellsWithheld":1'
const rewrote = '"cellsWithheld":0'

const workshop = (project: string) => `/projects/${project}/sql`

export const tourSteps: readonly TourStep[] = [
  {
    title: { fr: 'Une question permise', en: 'A question that is allowed' },
    account: 'alice',
    does: {
      fr: 'Alice est chercheuse. Elle compte les patients par département, dans son projet et pour sa finalité.',
      en: 'Alice is a researcher. She counts the patients of each department, in her project and for its purpose.',
    },
    sql: byDepartment,
    at: workshop,
    look: {
      fr: 'Des nombres, jamais une ligne d’un patient ; les départements trop rares n’y sont pas.',
      en: 'Numbers, never a row of a patient; departments that are too rare are not there.',
    },
  },
  {
    title: { fr: 'Le même texte, pour autre chose', en: 'The same text, for something else' },
    account: 'alice',
    does: {
      fr: `Le texte ne change pas ; la finalité annoncée, si : ${otherPurpose}, la connaissance des dépenses. Elle est dans l’adresse de cette page.`,
      en: `The text does not change; the purpose that is given does: ${otherPurpose}, knowledge of expenditure. It is in the address of this page.`,
    },
    sql: byDepartment,
    at: (project) => `${workshop(project)}?purpose=${otherPurpose}`,
    look: {
      fr: 'Refusé : PURPOSE_NOT_GRANTED, avec la règle et l’issue. Une autre finalité se demande par une nouvelle demande.',
      en: 'Refused: PURPOSE_NOT_GRANTED, with the rule and the way out. Another purpose is asked for by a new request.',
    },
  },
  {
    title: { fr: 'Un nombre trop petit', en: 'A number that is too small' },
    account: 'alice',
    does: {
      fr: 'La question est permise, mais elle porte sur quelques personnes seulement.',
      en: 'The question is allowed, but it is about a few persons only.',
    },
    sql: inCorsica,
    at: workshop,
    look: {
      fr: 'La case dit « < 11 » : ni le nombre, ni zéro, ni un blanc.',
      en: 'The cell says "< 11": neither the number, nor zero, nor a blank.',
    },
  },
  {
    title: { fr: 'La déléguée retrouve tout', en: 'The data protection officer finds it all' },
    account: 'nadia',
    does: {
      fr: 'Nadia est déléguée à la protection des données. Elle cherche ce qu’alice a fait dans ce projet.',
      en: 'Nadia is the data protection officer. She looks for what alice did in this project.',
    },
    at: (project) => `/audit?project=${project}&actor=alice`,
    look: {
      fr: 'Les trois questions, en phrases : la réponse, le refus et sa raison, la case masquée. Jamais le texte de la question ni un résultat ; la recherche de nadia est elle-même au journal.',
      en: 'The three questions, as sentences: the answer, the refusal and its reason, the withheld cell. Never the text of the question or a result; the search of nadia is in the log too.',
    },
  },
  {
    title: { fr: 'Une inscription falsifiée', en: 'An entry that was tampered with' },
    account: 'nadia',
    does: {
      fr: 'Dans une copie du journal, on fait oublier à une inscription sa case masquée : un chiffre change. Puis on vérifie la copie, et le journal.',
      en: 'In a copy of the log an entry is made to forget its withheld cell: one digit changes. Then the copy is verified, and the log.',
    },
    commands: [
      `cp -r "\${HUISCLOS_HOME:-./var}/audit" /tmp/visite`,
      `find /tmp/visite -path '*/tile/entries/*' -type f -exec perl -pi -e 's/${wrote}/${rewrote}/' {} +`,
      'npx huisclos audit verify --dir /tmp/visite',
      'npx huisclos audit verify',
    ],
    at: () => '/audit',
    look: {
      fr: 'Le sceau de la copie est rouge et nomme l’inscription ; celui du vrai journal reste vert. La clé publique et les fichiers suffisent : n’importe qui peut vérifier, sans le nœud.',
      en: 'The seal of the copy is red and names the entry; that of the true log stays green. The public key and the files are enough: anybody can verify, without the node.',
    },
  },
]

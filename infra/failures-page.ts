/** The text of docs/failures.md and docs/failures.fr.md: for operators, what each failure looks like and what they do, mostly nothing. */
import { type Both, type Cell, conditions, type Dependency } from '../test/failures/cell.ts'
import { table } from '../test/failures/table.ts'

type Language = keyof Both

const words = {
  fr: {
    title: 'Quand une dépendance manque',
    about: [
      'Écrit par `npm run generate` d’après test/failures/table.ts ; une page changée à la main ne passe pas les tests. Chaque ligne a son',
      'test, sur un nœud entier et de vraies pièces. La règle est la même partout : fermé, dit clairement, et de retour sans les mains.',
      '',
      'Le superviseur (systemd, Kubernetes) doit relancer le nœud quand il s’arrête avec 70 ou 71. Avec 78 il attend une main.',
    ],
    columns: ['État', 'Réponse', 'Fin du nœud', 'Ce qui s’ensuit', 'Retour'],
    alarm: 'Où le voir',
    nobody: 'personne ne répond',
    asUsual: 'comme d’habitude',
    later: [
      '## Pas encore dans cette table',
      '',
      'Un nœud pair qui manque : cette version n’en interroge aucun.',
    ],
  },
  en: {
    title: 'When a dependency fails',
    about: [
      'Generated from test/failures/table.ts by `npm run generate`; do not edit. Each line has its test, on a whole node with real parts. The',
      'rule is the same everywhere: closed, said clearly, and back without hands.',
      '',
      'The supervisor (systemd, Kubernetes) must start the node again when it ends with 70 or 71. With 78 it waits for a hand.',
    ],
    columns: ['State', 'Answer', 'End of the node', 'What follows', 'Back'],
    alarm: 'Where to see it',
    nobody: 'nobody answers',
    asUsual: 'as usual',
    later: ['## Not in this table yet', '', 'A peer node that is away: this release asks none.'],
  },
} as const

/** The whole page. */
export function failuresPage(language: Language): string {
  const { title, about, later } = words[language]
  const sections = Object.values(table).flatMap((dependency) => sectionOf(dependency, language))
  return `${[`# ${title}`, '', ...about, '', ...sections, ...later].join('\n')}\n`
}

function sectionOf({ name, alarm, cells }: Dependency, language: Language): string[] {
  const { columns, alarm: where } = words[language]
  return [
    `## ${name[language]}`,
    '',
    `| ${columns.join(' | ')} |`,
    `|${columns.map(() => '---').join('|')}|`,
    ...conditions.map((condition) => lineOf(cells[condition], language)),
    '',
    `${where}${language === 'fr' ? ' ' : ''}: ${alarm}`,
    '',
  ]
}

function lineOf({ what, expected, follows, back }: Cell, language: Language): string {
  const end = expected.exit === null ? '·' : String(expected.exit)
  return `| ${[what[language], answerOf(expected, language), end, follows[language], back[language]].join(' | ')} |`
}

function answerOf({ status, code }: Cell['expected'], language: Language): string {
  if (status === null) return words[language].nobody
  if (status === 200) return words[language].asUsual
  return code === null ? String(status) : `${status} \`${code}\``
}

/** The text of docs/authorisation-matrix.md, read off the declarations of the routes and the rules in force. */
import {
  type AudienceName,
  type Authorisation,
  audiences,
  rolesOf,
} from '../services/gateway/authorisation.ts'
import type { Route } from '../services/gateway/route.ts'
import type { Powers } from '../services/habilitation/matrix.ts'
import { type Role, roles } from '../services/identity/person.ts'

/** To whom an object is there, in both languages. */
const words: Readonly<Record<AudienceName, readonly [fr: string, en: string]>> = {
  none: ['l’appel ne nomme aucun objet', 'the call names no object'],
  house: ['toute personne admise à l’appel', 'everybody admitted to the call'],
  holder: ['qui dépose pour l’organisme détenteur', 'depositors of the holding organisation'],
  'holder-and-dpo': ['l’organisme détenteur et la DPO', 'the holding organisation and the DPO'],
  request: [
    'porteur et personnes de la demande ; dès le dépôt, les services, les détenteurs de ses lignes, les supérieurs de ses personnes',
    'its lead and persons; once submitted, staff, holders of its lines, managers of its persons',
  ],
  project: [
    'porteur et personnes de l’autorisation, services, détenteurs de ses lignes',
    'lead and persons of the permit, staff, holders of its lines',
  ],
  question: [
    'comme un projet ; à tous les autres NO_HABILITATION',
    'as a project; to everybody else NO_HABILITATION',
  ],
  release: [
    'responsable et personnes du projet, relecteurs une fois demandée, DPO, autorité',
    'lead and persons of the project, checkers once it is asked, DPO, authority',
  ],
  objections: ['porteur, DPO, détenteurs de ses lignes', 'lead, DPO, holders of its lines'],
  author: ['qui l’a commencé', 'whoever began it'],
  receipt: ['qui a fait l’acte, et la DPO', 'whose act it is, and the DPO'],
  statement: ['le détenteur dont il parle, DPO, autorité', 'the holder it tells of, DPO, authority'],
  person: [
    'elle-même, son supérieur, le bureau des habilitations, la DPO',
    'herself, her manager, the registrar, the DPO',
  ],
  proof: [
    'formation et contrat : le bureau ; charte et poste : soi-même ; avis annuel : le supérieur',
    'training and contract: the registrar; charter and workstation: oneself; yearly word: the manager',
  ],
}

/** One cell: what a role is told of an object of its own tenant, of another one, and of one that nobody has. */
export function cellOf({ who, sees }: Authorisation, role: Role, powers: () => readonly Powers[]): string {
  if (!rolesOf(who, powers).includes(role)) return '·'
  if (sees === 'none') return '●'
  const { all, own }: { all: readonly Role[]; own: readonly Role[] } = audiences[sees]
  if (all.includes(role)) return '●'
  return own.includes(role) ? '◐' : '○'
}

/** The whole page, of these routes under these rules. */
export function authorisationPage(routes: readonly Route[], powers: readonly Powers[]): string {
  const rows = routes.flatMap(({ name, authorisation }) => {
    if (authorisation === undefined) return []
    const cells = roles.map((role) => cellOf(authorisation, role, () => powers))
    return [`| \`${name}\` | ${cells.join(' | ')} | ${authorisation.sees} |`]
  })
  const open = routes
    .filter(({ authorisation }) => authorisation === undefined)
    .map(({ name }) => `- \`${name}\``)
  const seen = (Object.keys(audiences) as AudienceName[]).map((name) => {
    const [fr, en] = words[name]
    return `| \`${name}\` | ${fr} | ${en} | ${name === 'none' ? '·' : audiences[name].hidden} |`
  })
  const page = [
    '# Qui peut faire quel appel, et sur quoi / Who may make which call, and on what',
    '',
    'Écrit par `npm run generate` d’après la déclaration de chaque route (`authorisation`) et policies/vocabulary/roles.json ; une page',
    'changée à la main ne passe pas les tests. Chaque case est essayée, dans une vraie maison à deux organismes, sur un objet de son',
    'propre organisme ou projet, sur celui d’un autre, et sur un objet que personne n’a (test/authorisation).',
    '',
    'Generated from the declaration of each route and policies/vocabulary/roles.json by `npm run generate`; do not edit. Every cell is',
    'tried in a real house with two organisations: on one’s own object, on that of another tenant, and on one that nobody has.',
    '',
    '| | propre / own | d’autrui / of another | inconnu / unknown |',
    '|---|---|---|---|',
    '| `●` | visible / there | visible / there | absent / not there |',
    '| `◐` | visible / there | **caché / hidden** | absent / not there |',
    '| `○` | **caché / hidden** | **caché / hidden** | absent / not there |',
    '| `·` | ROLE | ROLE | ROLE |',
    '',
    'Caché et absent reçoivent la même réponse, au reçu près. *Hidden and not there are one answer, but for the receipt.* ROLE est dit avant',
    'de lire le corps et de chercher l’objet. Ce qui est visible rencontre encore les règles de l’appel : l’état de la demande',
    '([habilitation-matrix.md](habilitation-matrix.md)), les règles de personnes, celles des requêtes. *What is there still meets the rules of the',
    'call itself.* Une personne qui a plusieurs rôles a ce que chacun donne. Un brouillon n’est visible que de qui l’écrit.',
    '',
    '## Appels / Calls',
    '',
    `| | ${roles.join(' | ')} | visible |`,
    `|---|${roles.map(() => '---').join('|')}|---|`,
    ...rows,
    '',
    '## Visible pour / There for',
    '',
    '| | fr | en | sinon / else |',
    '|---|---|---|---|',
    ...seen,
    '',
    '## Ouverts à tous / Open to everybody',
    '',
    ...open,
  ]
  return `${page.join('\n')}\n`
}
